import { encode } from 'uqr';
import type { VNode } from 'preact';
import type { AccountPageData } from '../../src/protocol/account-pages.js';
import { At } from '../components/at.js';
import { Field } from './field.js';
import { Section } from './frame.js';

type TwoFactorData = NonNullable<AccountPageData['twoFactor']>;
type KeysData = NonNullable<AccountPageData['keys']>;

// The answer to a form shows the part of the page that the form is in.
const action = '/chat/~account/two-factor/#two-factor';

export function TwoFactor({ data, twoFactor }: { data: AccountPageData; twoFactor: TwoFactorData }): VNode {
  const { on, setup, codes } = twoFactor;
  return (
    <Section
      id="two-factor"
      title="Second factor"
      hint={
        data.hasPassword
          ? 'Besides the password, a code from an app on your phone: a stolen password alone opens nothing.'
          : 'Behind the service that signs you in, a code from an app on your phone: that service alone opens nothing.'
      }
    >
      {setup && <Setup data={data} setup={setup} />}
      {codes && <Codes codes={codes} />}
      {!setup && (
        <form method="post" action={action} class="fields">
          <p class="state">{on ? 'It is on.' : 'It is off.'}</p>
          {data.hasPassword && (
            <Field
              state={data}
              form="two-factor"
              name="confirmPassword"
              label="Your password"
              type="password"
              autocomplete="current-password"
              maxLength={256}
            />
          )}
          <div class="buttons">
            {on ? (
              <>
                <button type="submit" name="step" value="codes" class="button">
                  New recovery codes
                </button>
                <button type="submit" name="step" value="off" class="button danger">
                  Turn it off
                </button>
              </>
            ) : (
              <button type="submit" name="step" value="begin" class="button primary">
                Turn it on
              </button>
            )}
          </div>
        </form>
      )}
    </Section>
  );
}

function Setup({
  data,
  setup,
}: {
  data: AccountPageData;
  setup: NonNullable<TwoFactorData['setup']>;
}): VNode {
  return (
    <>
      <ol class="steps">
        <li>
          <p>Scan this with an authenticator app, or open it on the phone itself.</p>
          <div class="setup">
            <a href={setup.uri} aria-label="Add to the authenticator app on this device">
              <QrCode text={setup.uri} />
            </a>
            <p class="hint">
              Or type this key: <code class="secret">{setup.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            </p>
          </div>
        </li>
        <li>
          <Codes codes={setup.codes} />
        </li>
        <li>
          <form method="post" action={action} class="fields">
            <input type="hidden" name="step" value="confirm" />
            <Field
              state={data}
              form="two-factor"
              name="code"
              label="Type the six digits that the app shows now"
              autocomplete="one-time-code"
              maxLength={10}
              numeric
            />
            <div class="buttons">
              <button type="submit" class="button primary">
                Done
              </button>
            </div>
          </form>
        </li>
      </ol>
    </>
  );
}

function Codes({ codes }: { codes: string[] }): VNode {
  return (
    <>
      <p>
        Keep these recovery codes. Each signs you in once where the phone is lost; they are not shown again.
      </p>
      <ul class="codes" role="list">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

/** One path of squares: no picture, no style, nothing that the page's policy forbids. */
function QrCode({ text }: { text: string }): VNode {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

export function Keys({ data, keys }: { data: AccountPageData; keys: KeysData }): VNode {
  const path = '/chat/~account/keys/#keys';
  const hint =
    'For bots and programs, which are you wherever they use one. A new password revokes them all, and so does signing out everywhere.';
  return (
    <Section id="keys" title="API keys" hint={hint}>
      {keys.fresh && (
        <div class="notice">
          <p>Copy this key now. It is not shown again.</p>
          <code class="secret">{keys.fresh}</code>
        </div>
      )}
      {keys.list.length > 0 && (
        <ul class="rows" role="list">
          {keys.list.map(({ id, name, start, since, used }) => (
            <li key={id}>
              <span class="row-main">
                <bdi>{name}</bdi> <code>{start}…</code>
                <small>
                  Since <At at={since} as="day" />
                  {used && (
                    <>
                      , last used <At at={used} as="day" />
                    </>
                  )}
                </small>
              </span>
              <form method="post" action={path}>
                <input type="hidden" name="revoke" value={id} />
                <button type="submit" class="button danger" aria-label={`Revoke ${name}`}>
                  Revoke
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form method="post" action={path} class="inline-form">
        <Field state={data} form="keys" name="keyName" label="Name of a new key" maxLength={32} />
        <button type="submit" class="button">
          Create
        </button>
      </form>
    </Section>
  );
}
