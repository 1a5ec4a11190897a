import type { VNode } from 'preact';
import type { AccountPageData } from '../../src/protocol/account-pages.js';
import { At } from '../components/at.js';
import { Avatar } from '../components/avatar.js';
import { Done, Field, FormProblem } from './field.js';
import { Frame, Section } from './frame.js';
import { Keys, TwoFactor } from './safety.js';

type Props = { data: AccountPageData };

export function AccountPage({ data }: Props): VNode {
  return (
    <Frame
      nav={
        data.isAdmin && (
          <a class="button" href="/chat/~admin/">
            People
          </a>
        )
      }
    >
      <h1>Account</h1>
      <Done>{data.done}</Done>
      <FormProblem state={data} />
      <Profile data={data} />
      {data.hasPassword && <Password data={data} />}
      {data.twoFactor && <TwoFactor data={data} twoFactor={data.twoFactor} />}
      {data.service && <Service data={data} service={data.service} />}
      <Sessions data={data} />
      {data.keys && <Keys data={data} keys={data.keys} />}
    </Frame>
  );
}

function Profile({ data }: Props): VNode {
  const { me } = data;
  return (
    <Section id="profile" title="Profile" hint="What others see of you.">
      <div class="picture-row">
        <Avatar user={me} size="large" />
        <div class="picture-forms">
          <form
            method="post"
            action="/chat/~account/picture/"
            enctype="multipart/form-data"
            class="inline-form"
          >
            <label class="sr-only" for="profile-picture">
              Picture
            </label>
            <input
              id="profile-picture"
              type="file"
              name="picture"
              accept="image/png,image/jpeg,image/webp"
              required
              aria-invalid={data.problems?.['picture'] ? true : undefined}
              aria-describedby="profile-picture-hint"
            />
            <button type="submit" class="button">
              Upload
            </button>
          </form>
          {me.picture && (
            <form method="post" action="/chat/~account/picture/remove/">
              <button type="submit" class="link-button quiet">
                Remove the picture
              </button>
            </form>
          )}
          <p
            class={data.problems?.['picture'] ? 'hint problem' : 'hint'}
            id="profile-picture-hint"
            role={data.problems?.['picture'] ? 'alert' : undefined}
          >
            {data.problems?.['picture'] ?? 'PNG, JPEG or WebP, at most 512 KiB.'}
          </p>
        </div>
      </div>
      <form method="post" action="/chat/~account/profile/" class="fields">
        <Field state={data} form="profile" name="name" label="Name" value={me.name} maxLength={32} />
        <Field
          state={data}
          form="profile"
          name="status"
          label="Status"
          value={me.status ?? ''}
          hint="A few words beside your name, such as “on holiday until Monday”."
          maxLength={80}
          required={false}
        />
        {data.username && (
          <p class="hint">
            You sign in as <bdi>{data.username}</bdi>.
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </form>
    </Section>
  );
}

function Password({ data }: Props): VNode {
  const ends = [
    'signs you out on every other device',
    ...(data.keys ? ['revokes your API keys'] : []),
    ...(data.service?.isConnected ? [`disconnects ${data.service.name}`] : []),
  ];
  return (
    <Section id="password" title="Password" hint={`A new one ${ends.join(', and ')}.`}>
      <form method="post" action="/chat/~account/password/" class="fields">
        {/* For password managers, which want to know whose it is. */}
        <input
          class="sr-only"
          type="text"
          name="username"
          value={data.username ?? ''}
          autocomplete="username"
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          state={data}
          form="password"
          name="currentPassword"
          label="Current password"
          type="password"
          autocomplete="current-password"
          maxLength={256}
        />
        <Field
          state={data}
          form="password"
          name="newPassword"
          label="New password"
          type="password"
          hint="At least 8 characters; a few words in a row are best."
          autocomplete="new-password"
          minLength={8}
          maxLength={256}
        />
        <div class="buttons">
          <button type="submit" class="button primary">
            Change password
          </button>
        </div>
      </form>
    </Section>
  );
}

function Service({ data, service }: Props & { service: NonNullable<AccountPageData['service']> }): VNode {
  const { name, isConnected } = service;
  return (
    <Section
      id="service"
      title={name}
      hint={
        isConnected
          ? `You can sign in with your account at ${name}.`
          : `Connect your account at ${name} to sign in with it, as the person you are here.`
      }
    >
      <form method="post" action="/chat/~account/service/" class="fields">
        <p class="state">{isConnected ? 'It is connected.' : 'It is not connected.'}</p>
        {!isConnected && (
          <Field
            state={data}
            form="service"
            name="servicePassword"
            label="Your password"
            type="password"
            autocomplete="current-password"
            maxLength={256}
          />
        )}
        <div class="buttons">
          {!isConnected && (
            <button type="submit" name="step" value="connect" class="button primary">
              Connect {name}
            </button>
          )}
          {isConnected && data.hasPassword && (
            <button type="submit" name="step" value="disconnect" class="button danger">
              Disconnect {name}
            </button>
          )}
        </div>
      </form>
    </Section>
  );
}

function Sessions({ data }: Props): VNode {
  return (
    <Section
      id="sessions"
      title="Where you are signed in"
      hint="Signing out ends open pages there within a second."
    >
      <ul class="rows" role="list">
        {data.sessions.map(({ id, device, since, used, current }) => (
          <li key={id}>
            <span class="row-main">
              <bdi>{device}</bdi>
              {current && <span class="tag">this one</span>}
              <small>
                Since <At at={since} as="short" />, last used <At at={used} as="short" />
              </small>
            </span>
            {!current && (
              <form method="post" action="/chat/~account/sessions/">
                <input type="hidden" name="end" value={id} />
                <button type="submit" class="button" aria-label={`Sign out ${device}`}>
                  Sign out
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <div class="buttons">
        <form method="post" action="/chat/~sign-out/">
          <button type="submit" class="button">
            Sign out here
          </button>
        </form>
        <form method="post" action="/chat/~account/sessions/">
          <input type="hidden" name="end" value="everywhere" />
          <button type="submit" class="button danger">
            Sign out everywhere
          </button>
        </form>
      </div>
    </Section>
  );
}
