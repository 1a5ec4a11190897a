import type { ComponentChildren, VNode } from 'preact';
import { DATA_ID, ROOT_ID } from './pages.js';

export interface Page {
  /** New for every response; the same as in its Content-Security-Policy. */
  nonce: string;
  /** Addresses as in `readAssets`. */
  assets: { scripts: string[]; styles: string[] };
  lang?: string;
  dir?: string;
}

/** The document around a page. Drawn on the server only. */
export function Layout(props: {
  page: Page;
  title: string;
  /** What the browser draws the page from once more; a page without it stays as the server drew it. */
  json?: string | undefined;
  /** Where the page leads on to by itself. */
  leadsTo?: string | undefined;
  children: ComponentChildren;
}): VNode {
  const { nonce, assets, lang = 'en', dir } = props.page;
  return (
    <html lang={lang} dir={dir === 'rtl' ? 'rtl' : 'ltr'}>
      <head>
        <meta charSet="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#141417" media="(prefers-color-scheme: dark)" />
        <meta name="referrer" content="same-origin" />
        <title>{props.title}</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="manifest" href="/assets/app.webmanifest" />
        {assets.styles.map((href) => (
          <link rel="stylesheet" href={href} key={href} />
        ))}
        {props.leadsTo && <meta http-equiv="refresh" content={`0; url=${props.leadsTo}`} />}
        {props.json !== undefined &&
          assets.scripts.map((src) => <script type="module" src={src} nonce={nonce} key={src} />)}
      </head>
      <body>
        <div id={ROOT_ID}>{props.children}</div>
        {props.json !== undefined && (
          <script
            type="application/json"
            id={DATA_ID}
            nonce={nonce}
            dangerouslySetInnerHTML={{ __html: props.json }}
          />
        )}
      </body>
    </html>
  );
}
