import type { VNode } from 'preact';
import type {
  CodePageData,
  LeavePageData,
  RegisterPageData,
  ResetPageData,
  SignInPageData,
} from '../../src/protocol/account-pages.js';
import { Avatar } from '../components/avatar.js';
import { Field, FormProblem } from './field.js';
import { Frame } from './frame.js';

function query(next: string): string {
  return next === '/chat/' ? '' : `?next=${encodeURIComponent(next)}`;
}

function ByService({ service, next }: { service?: string | undefined; next: string }): VNode | null {
  if (!service) return null;
  return (
    <form method="post" action="/chat/~service/" class="by-service">
      <p class="or">
        <span>or</span>
      </p>
      <input type="hidden" name="next" value={next} />
      <button type="submit" class="button wide">
        Continue with {service}
      </button>
    </form>
  );
}

export function SignInPage({ data }: { data: SignInPageData }): VNode {
  return (
    <Frame narrow>
      <div class="card">
        <h1>Sign in</h1>
        <FormProblem state={data} />
        <form method="post" action="/chat/~sign-in/" class="fields">
          <Field
            state={data}
            name="username"
            label="Username"
            autocomplete="username"
            maxLength={64}
            autofocus
          />
          <Field
            state={data}
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
          />
          <input type="hidden" name="next" value={data.next} />
          <button type="submit" class="button primary wide">
            Sign in
          </button>
        </form>
        <ByService service={data.service} next={data.next} />
        <p class="aside">
          No account yet? <a href={`/chat/~register/${query(data.next)}`}>Register</a>
        </p>
        <p class="aside hint">
          Forgot the password? An administrator can give you a link to choose a new one.
        </p>
      </div>
    </Frame>
  );
}

export function RegisterPage({ data }: { data: RegisterPageData }): VNode {
  const { guest } = data;
  return (
    <Frame narrow>
      <div class="card">
        <h1>{guest ? 'Keep your place' : 'Register'}</h1>
        {guest && (
          <p class="guest-note">
            <Avatar user={guest} size="small" />
            <span>
              You stay <bdi>{guest.name}</bdi>, and what you wrote stays yours.
            </span>
          </p>
        )}
        <FormProblem state={data} />
        <form method="post" action="/chat/~register/" class="fields">
          <Field
            state={data}
            name="username"
            label="Username"
            hint="You sign in by it: 2–32 letters, digits, “.”, “_” or “-”."
            autocomplete="username"
            maxLength={32}
            autofocus
          />
          {!guest && (
            <Field
              state={data}
              name="name"
              label="Display name"
              hint="What others see. Left empty, it is your username."
              autocomplete="nickname"
              maxLength={32}
              required={false}
            />
          )}
          <Field
            state={data}
            name="password"
            label="Password"
            type="password"
            hint="At least 8 characters; a few words in a row are best."
            autocomplete="new-password"
            minLength={8}
            maxLength={256}
          />
          <input type="hidden" name="next" value={data.next} />
          <button type="submit" class="button primary wide">
            Register
          </button>
        </form>
        <ByService service={data.service} next={data.next} />
        <p class="aside">
          Been here before? <a href={`/chat/~sign-in/${query(data.next)}`}>Sign in</a>
        </p>
      </div>
    </Frame>
  );
}

export function CodePage({ data }: { data: CodePageData }): VNode {
  return (
    <Frame narrow>
      <div class="card">
        <h1>One more step</h1>
        <p class="lead">
          Type the six digits that your authenticator app shows, or one of your recovery codes.
        </p>
        <FormProblem state={data} />
        <form method="post" action="/chat/~code/" class="fields">
          <Field
            state={data}
            name="code"
            label="Code"
            autocomplete="one-time-code"
            maxLength={32}
            autofocus
          />
          <input type="hidden" name="next" value={data.next} />
          <button type="submit" class="button primary wide">
            Sign in
          </button>
        </form>
        <p class="aside">
          <a href={`/chat/~sign-in/${query(data.next)}`}>Start again</a>
        </p>
      </div>
    </Frame>
  );
}

export function ResetPage({ data }: { data: ResetPageData }): VNode {
  return (
    <Frame narrow>
      <div class="card">
        <h1>Choose a new password</h1>
        <p class="lead">
          For <bdi>{data.name}</bdi>. A new password signs you out everywhere else.
        </p>
        <FormProblem state={data} />
        <form method="post" action="/chat/~reset/" class="fields">
          <input type="hidden" name="token" value={data.token} />
          <Field
            state={data}
            name="password"
            label="New password"
            type="password"
            hint="At least 8 characters; a few words in a row are best."
            autocomplete="new-password"
            minLength={8}
            maxLength={256}
            autofocus
          />
          <button type="submit" class="button primary wide">
            Save
          </button>
        </form>
      </div>
    </Frame>
  );
}

/** A form may only lead to pages of ours, so the way to another service is a page that leads on. */
export function LeavePage({ data }: { data: LeavePageData }): VNode {
  return (
    <Frame narrow>
      <div class="card">
        <h1>On to {data.service}</h1>
        <p class="lead">
          <a href={data.url}>Continue</a>, if nothing happens by itself.
        </p>
      </div>
    </Frame>
  );
}
