// Functions that verify the signature of a notification, in three languages, and with openssl for who looks
// into one by hand: those of docs/destinations.md, ready to be copied. The keys are made in signing-keys.tsx.

import type { SampleLanguage } from './makecall-samples.ts';

/** The secret is never in the text: it is read from the environment of whoever runs it. */
export function verifySample(language: SampleLanguage): string {
  return SAMPLES[language];
}

const SAMPLES: Readonly<Record<SampleLanguage, string>> = {
  curl: `# The three headers, and what was signed: the body of a POST, or the path with its query of a GET.
# SECRET is the whole key, whsec_ and what follows.
KEY=$(printf %s "\${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
RIGHT=v1,$(printf %s "$WEBHOOK_ID.$WEBHOOK_TIMESTAMP.$CONTENT" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)
case " $WEBHOOK_SIGNATURE " in *" $RIGHT "*) echo authentic ;; *) echo refused ;; esac
`,

  php: `<?php
// $content: file_get_contents('php://input') of a POST, $_SERVER['REQUEST_URI'] of a GET;
// the others are $_SERVER['HTTP_WEBHOOK_ID'], ['HTTP_WEBHOOK_TIMESTAMP'], ['HTTP_WEBHOOK_SIGNATURE'].
function is_authentic($secret, $id, $timestamp, $signatures, $content) {
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > 300) return false;
    $key = base64_decode(substr($secret, strlen('whsec_')));
    $right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$content", $key, true));
    foreach (explode(' ', $signatures) as $each) if (hash_equals($right, $each)) return true;
    return false;
}
`,

  python: `import base64, hashlib, hmac, time


# content: the raw body of a POST as bytes; of a GET the path with its query, as bytes too.
# The others are the headers Webhook-Id, Webhook-Timestamp and Webhook-Signature.
def is_authentic(secret, id, timestamp, signatures, content):
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id}.{timestamp}.".encode() + content
    right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(each.encode(), right.encode()) for each in signatures.split(" "))
`,

  typescript: `import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * \`content\`: the raw body of a POST, \`request.url\` of a GET. The others are the headers webhook-id,
 * webhook-timestamp and webhook-signature.
 */
export function isAuthentic(
  secret: string,
  id: string,
  timestamp: string,
  signatures: string,
  content: string,
): boolean {
  if (!/^\\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const right = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\${content}\`).digest();
  return signatures.split(' ').some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ''), 'base64');
    return each.startsWith('v1,') && given.length === right.length && timingSafeEqual(given, right);
  });
}
`,
};
