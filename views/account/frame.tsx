import type { ComponentChildren, VNode } from 'preact';
import { Icon } from '../components/icon.js';
import { Logo } from '../components/logo.js';

/** Around every page about accounts. */
export function Frame(props: {
  children: ComponentChildren;
  narrow?: boolean;
  nav?: ComponentChildren;
}): VNode {
  return (
    <div class={`app account-page ${props.narrow ? 'narrow' : ''}`}>
      <header class="lobby-head">
        <a class="brand" href="/chat/">
          <Logo />
          <span>Chat</span>
        </a>
        <nav class="account-nav" aria-label="Account">
          {props.nav}
          <a class="button" href="/chat/">
            <Icon name="back" />
            Rooms
          </a>
        </nav>
      </header>
      <main class="account-main">{props.children}</main>
    </div>
  );
}

export function Section(props: {
  id: string;
  title: string;
  hint?: string;
  children: ComponentChildren;
}): VNode {
  return (
    <section class="panel" id={props.id} aria-labelledby={`${props.id}-heading`}>
      <div class="panel-head">
        <h2 id={`${props.id}-heading`}>{props.title}</h2>
        {props.hint && <p class="hint">{props.hint}</p>}
      </div>
      <div class="panel-body">{props.children}</div>
    </section>
  );
}
