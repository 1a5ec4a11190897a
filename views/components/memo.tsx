import { Component, type ComponentChildren, type VNode } from 'preact';

/** Draws again only where `same` says that something changed. A list of 200 messages would pay for each key typed. */
export function memo<Props extends object>(
  draw: (props: Props) => VNode,
  same: (before: Props, after: Props) => boolean,
): new (props: Props) => Component<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return !same(this.props, next);
    }
    override render(): ComponentChildren {
      return draw(this.props);
    }
  };
}
