import type { VNode } from 'preact';
import type { ErrorPageData, UnsentForm } from '../src/protocol/http.js';
import { Logo } from './components/logo.js';

export function ErrorPage({ data }: { data: ErrorPageData }): VNode {
  return (
    <div class="app error-page">
      <header class="lobby-head">
        <a class="brand" href="/chat/">
          <Logo />
          <span>Chat</span>
        </a>
      </header>
      <main class="error-main">
        <p class="error-status">{data.status}</p>
        <h1>{data.title}</h1>
        <p class="error-detail">{data.detail}</p>
        {data.unsent && <Unsent form={data.unsent} />}
        <a class={`button ${data.unsent ? '' : 'primary'}`} href="/chat/">
          All rooms
        </a>
      </main>
    </div>
  );
}

/** Works without a script, like the form that it was typed into. */
function Unsent({ form }: { form: UnsentForm }): VNode {
  return (
    <form class="unsent" method="post" action={form.action}>
      {form.clientId && <input type="hidden" name="clientId" value={form.clientId} />}
      <label for="unsent-text">Your message</label>
      <textarea id="unsent-text" name="text" rows={4} dir="auto" required value={form.text} />
      <button type="submit" class="button primary">
        Send again
      </button>
    </form>
  );
}
