import { Component, createRef, type VNode } from 'preact';
import type { Row } from '../client/rows.js';
import type { Times } from '../client/times.js';
import { At } from './at.js';
import { MessageItem, type MessageItemProps } from './message-item.js';

export interface MessageLogProps {
  rows: Row[];
  times: Times;
  busy: boolean;
  /** What stands above the first message. */
  top: VNode | null;
  /** True: nothing newer is hidden below the last row. */
  complete: boolean;
  /** Receives the function that goes to the newest message, also where its row is yet to come. */
  control: { current: () => void };
  onNearTop(): void;
  onNearEnd(): void;
  onAtEnd(atEnd: boolean): void;
  onEscape(): void;
  me: string;
  commands: MessageItemProps['commands'];
  onRetry: MessageItemProps['onRetry'];
  onDiscard: MessageItemProps['onDiscard'];
}

/**
 * A row that is in sight, and where it ends: after a change it has to end there still. Where it begins may change,
 * because the first row of a page loses its author's name when an older page shows who spoke before.
 */
interface Anchor {
  element: Element;
  bottom: number;
}

/** The row that has the focus, or has what has it. */
interface Focused {
  row: HTMLElement;
  index: number;
}

interface Before {
  anchor: Anchor | null;
  focused: Focused | null;
}

const NEAR = 800;
const AT_END = 40;

/**
 * Without a script the scroller lies upside down (`column-reverse`), so that it starts at the newest message. With
 * one it is turned (`live`): browsers lose the place in an upside down one where rows come above while it scrolls.
 */
export class MessageLog extends Component<MessageLogProps, { current: string | null; live: boolean }> {
  override state = { current: null as string | null, live: false };
  private readonly scroller = createRef<HTMLDivElement>();
  private atEnd = true;
  private resized: ResizeObserver | null = null;
  /** The end is wanted, and comes with the next rows. */
  private wanted = false;

  override componentDidMount(): void {
    this.props.control.current = this.toEnd;
    const scroller = this.scroller.current;
    if (!scroller) return;
    scroller.classList.add('live');
    this.setState({ live: true });
    scroller.scrollTop = scroller.scrollHeight;
    // The composer grows, the window turns, letters arrive: who is at the end stays there.
    this.resized = new ResizeObserver(() => {
      if (this.atEnd) scroller.scrollTop = scroller.scrollHeight;
    });
    this.resized.observe(scroller);
    for (const child of scroller.children) this.resized.observe(child);
    this.look();
  }

  override componentWillUnmount(): void {
    this.resized?.disconnect();
  }

  override getSnapshotBeforeUpdate(): Before {
    return { anchor: this.anchor(), focused: this.focused() };
  }

  override componentDidUpdate(_props: MessageLogProps, _state: object, before: Before): void {
    this.keepPlace(before.anchor);
    this.keepFocus(before.focused);
    this.look();
  }

  private anchor(): Anchor | null {
    const scroller = this.scroller.current;
    if (!scroller || this.wanted || (this.atEnd && this.props.complete)) return null;
    const { top: edge } = scroller.getBoundingClientRect();
    for (const element of scroller.querySelectorAll('.message')) {
      const box = element.getBoundingClientRect();
      if (box.bottom > edge) return { element, bottom: box.bottom };
    }
    return null;
  }

  private keepPlace(anchor: Anchor | null): void {
    const scroller = this.scroller.current;
    if (!scroller) return;
    if (anchor?.element.isConnected) {
      const moved = anchor.element.getBoundingClientRect().bottom - anchor.bottom;
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    } else if ((this.atEnd || this.wanted) && this.props.complete) {
      this.wanted = false;
      scroller.scrollTop = scroller.scrollHeight;
    }
  }

  private focused(): Focused | null {
    const row = document.activeElement?.closest<HTMLElement>('.message');
    const index = row ? this.items().indexOf(row) : -1;
    return row && index !== -1 ? { row, index } : null;
  }

  /** What had it may be gone, a button of a message that was deleted or is tried again, and its row as well. */
  private keepFocus(focused: Focused | null): void {
    if (!focused || document.activeElement !== document.body) return;
    const { row, index } = focused;
    const items = this.items();
    const next = row.isConnected ? row : items[Math.min(index, items.length - 1)];
    if (next) next.focus({ preventScroll: true });
    else this.props.onEscape();
  }

  private items(): HTMLElement[] {
    return [...(this.scroller.current?.querySelectorAll<HTMLElement>('.message') ?? [])];
  }

  private toEnd = (): void => {
    this.wanted = !this.props.complete;
    const scroller = this.scroller.current;
    if (this.wanted || !scroller) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.look();
  };

  private look = (): void => {
    const scroller = this.scroller.current;
    if (!scroller) return;
    const above = scroller.scrollTop;
    const below = scroller.scrollHeight - scroller.clientHeight - above;
    const atEnd = below < AT_END && this.props.complete;
    if (atEnd !== this.atEnd) {
      this.atEnd = atEnd;
      this.props.onAtEnd(atEnd);
    }
    if (above < NEAR) this.props.onNearTop();
    if (below < NEAR && !this.props.complete) this.props.onNearEnd();
  };

  private key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return this.props.onEscape();
    const items = this.items();
    const here = items.findIndex((item) => item === document.activeElement);
    if (here === -1) return;
    const to = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: items.length - 1 }[event.key];
    const item = to === undefined ? undefined : items[to];
    if (!item) return;
    event.preventDefault();
    item.focus();
    item.scrollIntoView({ block: 'nearest' });
  };

  private focus = (event: FocusEvent): void => {
    const item = (event.target as Element).closest<HTMLElement>('.message');
    const index = item ? this.items().indexOf(item) : -1;
    const key = this.props.rows.filter(({ kind }) => kind === 'message')[index]?.key;
    if (key !== undefined && key !== this.state.current) this.setState({ current: key });
  };

  override render({ rows, busy, top, times, me, commands, onRetry, onDiscard }: MessageLogProps): VNode {
    const { current, live } = this.state;
    const known = current !== null && rows.some(({ key }) => key === current);
    const tabbable = known ? current : rows.findLast(({ kind }) => kind === 'message')?.key;
    return (
      <div class="scroller" ref={this.scroller} onScroll={this.look}>
        <div class="log" role="log" aria-live="polite" aria-label="Messages" aria-busy={busy}>
          {top}
          <ol class="messages" role="list" onKeyDown={this.key} onFocusCapture={this.focus}>
            {rows.map((row) =>
              row.kind === 'message' ? (
                <MessageItem
                  key={row.key}
                  row={row}
                  current={row.key === tabbable}
                  roving={live}
                  times={times}
                  me={me}
                  commands={commands}
                  onRetry={onRetry}
                  onDiscard={onDiscard}
                />
              ) : row.kind === 'day' ? (
                <li class="day-line" key={row.key}>
                  <At at={row.at} as="day" />
                </li>
              ) : (
                <li class="new-line" key={row.key}>
                  <span>New</span>
                </li>
              ),
            )}
          </ol>
        </div>
      </div>
    );
  }
}
