import type { VNode } from 'preact';
import { linkify } from '../client/linkify.js';

/** Text is text; only http and https addresses become links. */
export function MessageText({ text, tabIndex }: { text: string; tabIndex?: number }): VNode {
  return (
    <>
      {linkify(text).map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          <a
            key={index}
            href={part.href}
            tabIndex={tabIndex}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
          >
            {part.text}
          </a>
        ),
      )}
    </>
  );
}
