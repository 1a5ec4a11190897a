import type { VNode } from 'preact';

/** Above the first message that is here, where there are older ones: a link without a script, by itself with one. */
export function Older(props: {
  state: 'idle' | 'loading' | 'failed';
  before: number;
  onRetry(): void;
}): VNode {
  const { state, before, onRetry } = props;
  if (state === 'loading') {
    return (
      <div class="older">
        <span class="spinner" role="status">
          <span class="sr-only">Loading older messages</span>
        </span>
      </div>
    );
  }
  return (
    <div class="older">
      {state === 'failed' && <span>Older messages could not be loaded.</span>}
      <a
        class="link-button"
        href={`?before=${before}`}
        onClick={(event) => {
          event.preventDefault();
          onRetry();
        }}
      >
        {state === 'failed' ? 'Try again' : 'Older messages'}
      </a>
    </div>
  );
}
