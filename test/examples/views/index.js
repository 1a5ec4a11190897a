import { h } from 'preact';

/** A team's own page for what goes wrong; every other page stays as it is. */
function ErrorPage({ data }) {
  return h('main', { class: 'acme' }, h('h1', null, `Acme Chat: ${data.title}`), h('p', null, data.detail));
}

export const views = { error: ErrorPage };
