import type { VNode } from 'preact';
import type { ErrorPageData } from '../src/protocol/http.js';
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
        <a class="button primary" href="/chat/">
          All rooms
        </a>
      </main>
    </div>
  );
}
