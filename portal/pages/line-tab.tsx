// The tab Ma ligne: what the line is, what to type into a telephone, which telephones are registered; in
// the sandbox also the buttons that ring it.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type {
  LineChanged,
  LineView,
  NewPassword,
  TerminalView,
} from '../../src/web/api/schemas.ts';
import { patch, post, remove } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { phoneText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button, CopyButton } from '../kit/button.tsx';
import { Confirm, toast } from '../kit/dialog.tsx';
import { EditableText } from '../kit/editable-text.tsx';
import { KeyIcon, LinesIcon, TrashIcon } from '../kit/icons.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { Table } from '../kit/table.tsx';
import { PhoneNumber, Time } from '../kit/values.tsx';
import { Empty, ProblemBox, Secret, problemText } from '../kit/words.tsx';
import { navigate } from '../router.ts';
import { useMe } from '../session.ts';
import { TryLine } from './try-line.tsx';
import './line.css';

/** What the sandbox's simulated telephones call themselves. */
const SANDBOX_AGENT = 'Carillon sandbox telephone';

export function LineTab({
  line,
  onSaved,
}: {
  readonly line: LineView;
  readonly onSaved: (line: LineView) => void;
}): VNode {
  const { server, role } = useMe();
  return (
    <div class="stack wide">
      {server.sandbox && <TryLine line={line} />}
      <div class="columns">
        <div class="stack wide">
          <IdentityCard line={line} onSaved={onSaved} />
          <TerminalsCard terminals={line.terminals} />
        </div>
        <SipCard line={line} />
      </div>
      {role === 'operator' && <RemoveLine number={line.number} />}
    </div>
  );
}

function IdentityCard({
  line,
  onSaved,
}: {
  readonly line: LineView;
  readonly onSaved: (line: LineView) => void;
}): VNode {
  const { role } = useMe();
  const editable = (
    setting: 'title' | 'short' | 'offer' | 'customer',
    label: string,
    numeric = false,
  ) => (
    <EditableText
      label={label}
      value={line[setting]}
      editable={line.may.includes(setting)}
      {...(numeric ? { inputMode: 'numeric' as const } : {})}
      onSave={async (text) => {
        const answer = await patch<LineChanged>(`lines/${line.number}`, { [setting]: text });
        if (!answer.ok) return problemText(answer.problem);
        onSaved(answer.value.line);
        toast(t.lines.saved);
        return '';
      }}
    />
  );
  return (
    <Card title={t.lines.identity}>
      <Facts
        facts={[
          [t.lines.number, <PhoneNumber key="number" number={line.number} />],
          [t.lines.intitule, editable('title', t.lines.intitule)],
          [t.lines.short, editable('short', t.lines.short, true)],
          [
            t.lines.offer,
            <>
              {editable('offer', t.lines.offer)}
              {!line.may.includes('offer') && <span class="small soft">{t.lines.offerHint}</span>}
            </>,
          ],
          ...(role === 'operator'
            ? ([[t.lines.customer, editable('customer', t.lines.customer)]] as const)
            : []),
        ]}
      />
    </Card>
  );
}

function SipCard({ line }: { readonly line: LineView }): VNode {
  const { sip } = line;
  return (
    <Card title={t.lines.sipTitle} lead={t.lines.sipLead}>
      <Facts
        facts={[
          [
            t.lines.sipServer,
            <Copied key="server" value={sip.server} label={t.lines.copyServer} />,
          ],
          [
            t.lines.sipPort,
            <Copied key="port" value={String(sip.port)} label={t.lines.copyPort} />,
          ],
          [t.lines.sipUser, <Copied key="user" value={sip.user} label={t.lines.copyUser} />],
          [t.lines.sipTransports, sip.transports.map((each) => each.toUpperCase()).join(', ')],
          [
            t.lines.sipPassword,
            <span key="kept" class="small soft">
              {t.lines.sipPasswordKept}
            </span>,
          ],
        ]}
      />
      {line.may.includes('password') && <PasswordMaker number={line.number} />}
    </Card>
  );
}

function Copied({ value, label }: { readonly value: string; readonly label: string }): VNode {
  return (
    <>
      <code class="value">{value}</code>
      <CopyButton text={value} label={label} />
    </>
  );
}

function PasswordMaker({ number }: { readonly number: string }): VNode {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const make = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const answer = await post<NewPassword>(`lines/${number}/password`);
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    setPassword(answer.value.password);
    setAsking(false);
  };
  return (
    <div class="stack card-foot" aria-live="polite">
      {password !== '' && (
        <>
          <h3>{t.lines.newPasswordDone}</h3>
          <Secret value={password} label={t.lines.copyPassword} />
        </>
      )}
      <div>
        <Button icon={KeyIcon} onClick={() => setAsking(true)}>
          {t.lines.newPassword}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={t.lines.newPassword}
          action={t.lines.newPasswordConfirm}
          danger
          busy={busy}
          onConfirm={() => void make()}
          onClose={() => setAsking(false)}
        >
          <p>{t.lines.newPasswordText}</p>
          <ProblemBox problem={problem} />
        </Confirm>
      )}
    </div>
  );
}

function TerminalsCard({ terminals }: { readonly terminals: readonly TerminalView[] }): VNode {
  return (
    <Card title={t.lines.terminalsTitle} lead={t.lines.terminalsLead}>
      {terminals.length === 0 ? (
        <Empty icon={LinesIcon} title={t.lines.terminalsNone}>
          <p>{t.lines.terminalsNoneText}</p>
        </Empty>
      ) : (
        <Table
          caption={t.lines.terminalsCaption}
          rows={terminals}
          keyOf={({ contact }) => contact}
          columns={[
            {
              label: t.lines.terminalAgent,
              heading: true,
              cell: ({ userAgent }) => <span class="anywhere">{agentText(userAgent)}</span>,
            },
            {
              label: t.lines.terminalAddress,
              cell: ({ address, transport }) => (
                <span>
                  <code class="number">{address}</code>{' '}
                  <span class="small soft">{transport.toUpperCase()}</span>
                </span>
              ),
            },
            {
              label: t.lines.terminalSince,
              cell: ({ registeredAt }) => <Time at={registeredAt} />,
            },
          ]}
        />
      )}
    </Card>
  );
}

function agentText(userAgent: string): string {
  if (userAgent === '') return t.lines.unknownAgent;
  return userAgent === SANDBOX_AGENT ? t.lines.sandboxAgent : userAgent;
}

function RemoveLine({ number }: { readonly number: string }): VNode {
  const { server } = useMe();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const shown = phoneText(number, server.country);
  const removeIt = async (): Promise<void> => {
    setBusy(true);
    const answer = await remove(`lines/${number}`);
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    setAsking(false);
    toast(t.lines.removed(shown));
    navigate('#/lines');
  };
  return (
    <div>
      <Button look="danger" icon={TrashIcon} onClick={() => setAsking(true)}>
        {t.lines.remove}
      </Button>
      {asking && (
        <Confirm
          title={t.lines.remove}
          action={t.lines.remove}
          danger
          busy={busy}
          onConfirm={() => void removeIt()}
          onClose={() => setAsking(false)}
        >
          <p>{t.lines.removeText(shown)}</p>
          <ProblemBox problem={problem} />
        </Confirm>
      )}
    </div>
  );
}
