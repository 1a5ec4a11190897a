import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../src/protocol/events.js';
import { PALETTE } from '../client/reactions.js';
import { Icon } from './icon.js';
import type { MessageCommands } from './reactions.js';

/** The palette needs so much room above the message. */
const PALETTE_HEIGHT = 110;

/**
 * What can be done to one message; seen while the pointer or the focus is on it, or where it was touched. Editing
 * works without a script: the link leads to a page with a form.
 */
export function MessageBar(props: {
  message: Message;
  me: string;
  /** Whether Tab reaches it. */
  reached: boolean;
  commands: MessageCommands;
}): VNode {
  const { message, me, reached, commands } = props;
  const [palette, setPalette] = useState('closed');
  const bar = useRef<HTMLDivElement>(null);
  const tabIndex = reached ? 0 : -1;
  const isOpen = palette !== 'closed';

  useEffect(() => {
    if (!isOpen) return;
    bar.current?.querySelector<HTMLElement>('.palette button')?.focus();
    const outside = (event: Event): void => {
      if (!bar.current?.contains(event.target as Node)) setPalette('closed');
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [isOpen]);

  /** Where there is room for it. */
  const toggle = (): void => {
    const own = bar.current?.getBoundingClientRect();
    const frame = bar.current?.closest('.scroller')?.getBoundingClientRect();
    if (isOpen || !own || !frame) return setPalette('closed');
    const side = own.left + own.right > frame.left + frame.right ? 'from-right' : 'from-left';
    setPalette(`${own.top - frame.top < PALETTE_HEIGHT ? 'below' : 'above'} ${side}`);
  };
  const focusRow = (): void => bar.current?.closest<HTMLElement>('.message')?.focus();
  const choose = (emoji: string): void => {
    setPalette('closed');
    const mine = message.reactions?.some((one) => one.emoji === emoji && one.user.id === me) ?? false;
    commands.react(message, emoji, !mine);
    focusRow();
  };
  const remove = (): void => {
    // The dialog leads back to what has the focus now, and the bar is not there without it.
    focusRow();
    commands.remove(message);
  };
  const key = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      setPalette('closed');
      bar.current?.querySelector<HTMLElement>('button')?.focus();
    }
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -6, ArrowDown: 6 }[event.key];
    const choices = [...(bar.current?.querySelectorAll<HTMLElement>('.palette button') ?? [])];
    const here = choices.findIndex((choice) => choice === document.activeElement);
    if (step === undefined || here === -1) return;
    event.preventDefault();
    choices[Math.min(choices.length - 1, Math.max(0, here + step))]?.focus();
  };

  return (
    <div class={`bar ${isOpen ? 'open' : ''}`} role="group" aria-label="Message" ref={bar} onKeyDown={key}>
      <button
        type="button"
        class="bar-button needs-script"
        tabIndex={tabIndex}
        aria-label="React"
        title="React"
        aria-expanded={isOpen}
        onClick={toggle}
      >
        <Icon name="smile" />
      </button>
      {message.user.id === me && (
        <>
          <a
            class="bar-button"
            href={`?edit=${encodeURIComponent(message.id.toWellFormed())}`}
            tabIndex={tabIndex}
            aria-label="Edit"
            title="Edit"
            onClick={(event) => {
              event.preventDefault();
              commands.edit(message);
            }}
          >
            <Icon name="pencil" />
          </a>
          <button
            type="button"
            class="bar-button danger needs-script"
            tabIndex={tabIndex}
            aria-label="Delete"
            title="Delete"
            onClick={remove}
          >
            <Icon name="trash" />
          </button>
        </>
      )}
      {isOpen && (
        <div class={`palette ${palette}`} role="group" aria-label="Choose a reaction">
          {PALETTE.map((emoji) => (
            <button type="button" key={emoji} aria-label={emoji} onClick={() => choose(emoji)}>
              <span class="emoji" aria-hidden="true">
                {emoji}
              </span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
