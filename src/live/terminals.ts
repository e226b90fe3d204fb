// A registered terminal as pages and programs see it.

import { formatHostPort } from '../config.ts';
import type { Binding } from '../store/store.ts';

/** Times are ISO 8601 in UTC. */
export interface PresentedTerminal {
  readonly contact: string;
  readonly transport: string;
  /** Where its REGISTER came from: `192.0.2.7:5060`, `[2001:db8::7]:5060`. */
  readonly address: string;
  readonly userAgent: string;
  readonly registeredAt: string;
  readonly expiresAt: string;
}

/** The shown form of a binding. */
export function presentTerminal(binding: Binding): PresentedTerminal {
  const { sourceHost: host, sourcePort: port } = binding;
  return {
    contact: binding.contact,
    transport: binding.transport,
    address: formatHostPort({ host, port }),
    userAgent: binding.userAgent,
    registeredAt: new Date(binding.registeredAt).toISOString(),
    expiresAt: new Date(binding.expiresAt).toISOString(),
  };
}
