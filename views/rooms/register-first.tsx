import type { ComponentChildren, VNode } from 'preact';

/** In the place of a form that guests cannot use. */
export function RegisterFirst(props: {
  accounts: boolean;
  next: string;
  children: ComponentChildren;
}): VNode {
  const next = encodeURIComponent(props.next);
  return (
    <>
      <p class="state">{props.children}</p>
      {props.accounts && (
        <div class="buttons start">
          <a class="button primary" href={`/chat/~register/?next=${next}`}>
            Register
          </a>
          <a class="button" href={`/chat/~sign-in/?next=${next}`}>
            Sign in
          </a>
        </div>
      )}
    </>
  );
}
