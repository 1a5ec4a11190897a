import { createContext, type VNode } from 'preact';
import { useContext } from 'preact/hooks';
import type { User } from '../../src/protocol/events.js';

/** Whether people keep their accounts here, or another service does. */
export const AccountsContext = createContext(false);

/** From the menu to the pages about accounts. */
export function AccountLinks({ me, back }: { me: User; back: string }): VNode | null {
  if (!useContext(AccountsContext)) return null;
  const next = back === '/chat/' ? '' : `?next=${encodeURIComponent(back)}`;
  return (
    <div class="account-links">
      {me.guest ? (
        <>
          <a class="button primary" href={`/chat/~register/${next}`}>
            Register
          </a>
          <a class="button" href={`/chat/~sign-in/${next}`}>
            Sign in
          </a>
        </>
      ) : (
        <>
          <a class="button" href="/chat/~account/">
            Account
          </a>
          <form method="post" action="/chat/~sign-out/">
            <button type="submit" class="button">
              Sign out
            </button>
          </form>
        </>
      )}
    </div>
  );
}
