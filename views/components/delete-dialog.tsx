import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Asks once more: what is deleted does not come back. */
export function DeleteDialog(props: { text: string; onDelete(): void; onClose(): void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby="delete-title"
      onClose={() => {
        if (dialog.current?.returnValue === 'delete') props.onDelete();
        props.onClose();
      }}
    >
      <form method="dialog">
        <h2 id="delete-title">Delete this message?</h2>
        <p class="dialog-quote" dir="auto">
          {props.text}
        </p>
        <p class="quiet">Its text is gone for everybody, for good.</p>
        <div class="dialog-buttons">
          <button class="button" value="cancel">
            Cancel
          </button>
          <button class="button primary danger" value="delete">
            Delete
          </button>
        </div>
      </form>
    </dialog>
  );
}
