// Who can sign in, and what each may reach: the operator's list of all, a manager's of his customer.
// `?customer=` shows one customer's. The dialogs are user-dialogs.tsx.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { UserView } from '../../src/web/api/schemas.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { EditIcon, KeyIcon, TrashIcon, UsersIcon } from '../kit/icons.tsx';
import { Page } from '../kit/page.tsx';
import { Pager, Table } from '../kit/table.tsx';
import { Badge, Empty, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useWhole } from '../reading.ts';
import { usePlace } from '../router.ts';
import { useMe } from '../session.ts';
import { useSteps } from './in-steps.ts';
import { Reach } from './reach-fields.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { LinkDialog, UserDialog } from './user-dialogs.tsx';

type Open =
  | { readonly kind: 'add' }
  | { readonly kind: 'change' | 'link' | 'remove'; readonly user: UserView };

export function UsersPage(): VNode {
  const me = useMe();
  const { query } = usePlace();
  const customer = query.get('customer') ?? '';
  const { value, problem, reload } = useWhole<UserView>('users');
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const users = value?.filter((user) => customer === '' || user.customer === customer) ?? null;
  const { shown, more } = useSteps(users ?? []);
  return (
    <Page
      title={customer === '' ? t.admin.users.title : `${t.admin.users.title} · ${customer}`}
      lead={t.admin.users.lead}
      back={customer === '' ? undefined : <a href="#/customers">{t.admin.customers.title}</a>}
      actions={
        <Button look="primary" onClick={() => setOpen({ kind: 'add' })}>
          {t.admin.users.add}
        </Button>
      }
    >
      <ProblemBox problem={problem} retry={reload} />
      {users === null && problem === null && <Skeleton rows={4} />}
      {users?.length === 0 && <Empty icon={UsersIcon} title={t.admin.users.none} />}
      {users !== null && users.length > 0 && (
        <div class="card table-card">
          <Table
            caption={t.admin.users.caption}
            rows={shown}
            keyOf={({ name }) => name}
            columns={[
              {
                label: t.admin.name,
                heading: true,
                cell: ({ name }) => (
                  <span class="anywhere">
                    {name}
                    {name === me.name && me.kind === 'user' && (
                      <span class="soft"> ({t.admin.users.you})</span>
                    )}
                  </span>
                ),
              },
              { label: t.admin.role, cell: (user) => <Reach {...user} /> },
              {
                label: t.admin.users.access,
                cell: ({ hasPassword }) =>
                  hasPassword ? (
                    <Badge tone="good">{t.admin.users.hasPassword}</Badge>
                  ) : (
                    <Badge>{t.admin.users.noPassword}</Badge>
                  ),
              },
              {
                label: '',
                end: true,
                cell: (user) => <Actions user={user} onOpen={setOpen} />,
              },
            ]}
          />
        </div>
      )}
      {more !== null && <Pager shown={shown.length} more={more} loading={false} />}
      {open?.kind === 'link' && <LinkDialog name={open.user.name} onClose={close} />}
      {open?.kind === 'remove' && (
        <RemoveDialog
          title={t.admin.users.removeTitle(open.user.name)}
          text={t.admin.users.removeText}
          path={`users/${encodeURIComponent(open.user.name)}`}
          done={t.admin.users.removed(open.user.name)}
          onRemoved={reload}
          onClose={close}
        />
      )}
      {(open?.kind === 'add' || open?.kind === 'change') && (
        <UserDialog
          user={open.kind === 'change' ? open.user : null}
          taken={(value ?? []).map(({ name }) => name)}
          onClose={close}
          onSaved={({ name }) => {
            toast(open.kind === 'add' ? t.admin.users.added(name) : t.admin.users.saved(name));
            close();
            reload();
          }}
        />
      )}
    </Page>
  );
}

function Actions({
  user,
  onOpen,
}: {
  readonly user: UserView;
  readonly onOpen: (open: Open) => void;
}): VNode {
  const whose = <span class="unseen"> {user.name}</span>;
  return (
    <span class="row tight">
      <Button small icon={EditIcon} onClick={() => onOpen({ kind: 'change', user })}>
        {t.admin.change}
        {whose}
      </Button>
      <Button small icon={KeyIcon} onClick={() => onOpen({ kind: 'link', user })}>
        {t.admin.users.link}
        {whose}
      </Button>
      <Button small icon={TrashIcon} onClick={() => onOpen({ kind: 'remove', user })}>
        {t.admin.remove}
        {whose}
      </Button>
    </span>
  );
}
