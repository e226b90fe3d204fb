// The operations of the REST API, as the server's own OpenAPI document tells them: grouped, each with its
// parameters, body and answers. The document says more; a link leads to it.

import type { VNode } from 'preact';
import { apiUrl } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { ButtonLink } from '../kit/button.tsx';
import { KeyIcon, OpenIcon } from '../kit/icons.tsx';
import { Card } from '../kit/page.tsx';
import { ProblemBox, Skeleton } from '../kit/words.tsx';
import { useReading } from '../reading.ts';
import './records.css';

/** What is read of the document. */
interface OpenApi {
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
}

interface RawOperation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: Schema }>> };
  readonly responses?: Readonly<
    Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>
  >;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly anyOf?: readonly Schema[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Operation extends RawOperation {
  readonly method: string;
  readonly path: string;
}

/** What every path of the document begins with. */
const VERSION = /^\/api\/v1/;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function ApiOperations(): VNode {
  const { value, problem, reload } = useReading<OpenApi>('openapi.json');
  return (
    <Card title={t.developer.apiTitle} lead={t.developer.apiLead}>
      <div class="stack">
        <div class="row">
          <ButtonLink icon={OpenIcon} href={apiUrl('openapi.json')}>
            {t.developer.json}
          </ButtonLink>
          <ButtonLink icon={KeyIcon} href="#/tokens">
            {t.developer.makeToken}
          </ButtonLink>
        </div>
        <ProblemBox problem={problem} retry={reload} />
        {value === null && problem === null && <Skeleton rows={6} />}
        {value !== null &&
          groupsOf(value).map(({ name, description, operations }) => (
            <section key={name} class="stack tight operations-group">
              <h3>
                <FromDocument text={description} translated={t.developer.groups[name]} />
              </h3>
              <div>
                {operations.map((operation) => (
                  <OneOperation
                    key={`${operation.method} ${operation.path}`}
                    operation={operation}
                  />
                ))}
              </div>
            </section>
          ))}
      </div>
    </Card>
  );
}

/** The document is in English: what has no translation here is marked as such. */
function FromDocument({
  text,
  translated,
}: {
  readonly text: string;
  readonly translated: string | undefined;
}): VNode {
  return translated === undefined ? <span lang="en">{text}</span> : <span>{translated}</span>;
}

function OneOperation({ operation }: { readonly operation: Operation }): VNode {
  const { method, path, summary = '', parameters = [], requestBody, responses = {} } = operation;
  const body = Object.entries(requestBody?.content ?? {});
  return (
    <details class="operation">
      <summary>
        <code class="method">{method}</code>
        <code class="anywhere">{path}</code>{' '}
        <span class="soft">
          <FromDocument
            text={summary}
            translated={t.developer.operations[`${method} ${path.replace(VERSION, '')}`]}
          />
        </span>
      </summary>
      <dl class="facts">
        {parameters.length > 0 && (
          <>
            <dt>{t.developer.operationParameters}</dt>
            <dd>
              <ul class="stack tight">
                {parameters.map((each) => (
                  <li key={`${each.in} ${each.name}`}>
                    <code>{each.name}</code>{' '}
                    <span class="small soft">
                      {t.developer.where[each.in] ?? each.in}
                      {each.required === true && `, ${t.developer.required}`}
                    </span>{' '}
                    <span class="small anywhere" lang="en">
                      {[choicesOf(each.schema), each.description ?? each.schema?.description ?? '']
                        .filter((text) => text !== '')
                        .join(' – ')}
                    </span>
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {body.map(([type, { schema }]) => (
          <>
            <dt>{t.developer.body}</dt>
            <dd>
              <span>
                <code>{nameOf(schema) || type}</code>{' '}
                {nameOf(schema) !== '' && <span class="small soft">{type}</span>}
              </span>
            </dd>
          </>
        ))}
        <dt>{t.developer.answers}</dt>
        <dd>
          <ul class="stack tight">
            {Object.entries(responses).map(([status, { description = '', content = {} }]) => (
              <li key={status}>
                <code>{status}</code>{' '}
                <span class="small" lang="en">
                  {Object.values(content)
                    .map(({ schema }) => nameOf(schema))
                    .find((name) => name !== '') ?? description}
                </span>
              </li>
            ))}
          </ul>
        </dd>
      </dl>
    </details>
  );
}

interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

/** The operations by their first tag, in the document's order. */
function groupsOf({ tags = [], paths }: OpenApi): Group[] {
  const all: Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const known = tags.map(({ name }) => name);
  const groups = tags.map(({ name, description = name }) => ({
    name,
    description,
    operations: all.filter((each) => each.tags?.[0] === name),
  }));
  const others = all.filter((each) => !known.includes(each.tags?.[0] ?? ''));
  return [...groups, { name: '', description: t.developer.others, operations: others }].filter(
    ({ operations }) => operations.length > 0,
  );
}

/** The name of a shape that is described once; empty for one without a name. */
function nameOf(schema: Schema | undefined): string {
  return schema?.$ref?.split('/').at(-1) ?? '';
}

function choicesOf(schema: Schema | undefined): string {
  const choices = schema?.enum ?? schema?.anyOf?.map((each) => each.const) ?? [schema?.const];
  return choices.filter((choice) => typeof choice === 'string').join(' | ');
}
