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
  onNearTop(): void;
  onNearEnd(): void;
  onAtEnd(atEnd: boolean): void;
  onEscape(): void;
  onRetry: MessageItemProps['onRetry'];
  onDiscard: MessageItemProps['onDiscard'];
}

/** A row that is in sight, and where it is: after a change it has to be there still. */
interface Anchor {
  element: Element;
  top: number;
}

const NEAR = 800;
const AT_END = 40;

/**
 * The scroller lies upside down (`column-reverse`), so that it starts at the newest message without a script and
 * stays there; `scrollTop` counts from the end, downwards negative.
 */
export class MessageLog extends Component<MessageLogProps, { current: string | null }> {
  override state = { current: null as string | null };
  private readonly scroller = createRef<HTMLDivElement>();
  private atEnd = true;

  override componentDidMount(): void {
    this.look();
  }

  override getSnapshotBeforeUpdate(): Anchor | null {
    const scroller = this.scroller.current;
    if (!scroller || (this.atEnd && this.props.complete)) return null;
    const { top: edge } = scroller.getBoundingClientRect();
    for (const element of scroller.querySelectorAll('.message')) {
      const box = element.getBoundingClientRect();
      if (box.bottom > edge) return { element, top: box.top };
    }
    return null;
  }

  override componentDidUpdate(_props: MessageLogProps, _state: object, anchor: Anchor | null): void {
    const scroller = this.scroller.current;
    if (!scroller) return;
    if (anchor?.element.isConnected) {
      const moved = anchor.element.getBoundingClientRect().top - anchor.top;
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    } else if (this.atEnd && this.props.complete) scroller.scrollTop = 0;
    this.look();
  }

  toEnd(): void {
    this.atEnd = true;
    if (this.scroller.current) this.scroller.current.scrollTop = 0;
    this.look();
  }

  private look = (): void => {
    const scroller = this.scroller.current;
    if (!scroller) return;
    const below = -scroller.scrollTop;
    const above = scroller.scrollHeight - scroller.clientHeight - below;
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
    const items = [...(this.scroller.current?.querySelectorAll<HTMLElement>('.message') ?? [])];
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
    const item = (event.target as Element).closest('.message');
    const index = item ? [...(item.parentElement?.querySelectorAll('.message') ?? [])].indexOf(item) : -1;
    const key = this.props.rows.filter(({ kind }) => kind === 'message')[index]?.key;
    if (key !== undefined && key !== this.state.current) this.setState({ current: key });
  };

  override render({ rows, times, busy, top, onRetry, onDiscard }: MessageLogProps): VNode {
    const { current } = this.state;
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
                  times={times}
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
