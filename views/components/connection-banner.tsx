import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CloseCode } from '../../src/protocol/codes.js';
import type { Connection } from '../client/connection.js';
import { Icon } from './icon.js';

const STOPPED: Partial<Record<number, string>> = {
  [CloseCode.signedOut]: 'You have been signed out.',
  [CloseCode.banned]: 'You can no longer take part here.',
  [CloseCode.removed]: 'You were removed from this room.',
  [CloseCode.clientTooOld]: 'There is a newer version of this page.',
};

/** Shown only while messages do not flow. */
export function ConnectionBanner({
  connection,
  degraded,
  outdated,
  gone,
  onTryNow,
  onReload,
}: {
  connection: Connection;
  degraded: boolean;
  outdated: boolean;
  gone: string | null;
  onTryNow(): void;
  onReload(): void;
}): VNode {
  const reload = (
    <button type="button" class="link-button" onClick={onReload}>
      Reload
    </button>
  );
  return (
    <div class="banner-slot" role="status">
      {gone && (
        <div class="banner stopped">
          <Icon name="alert" />
          <span>{gone}</span>
          <a class="link-button" href="/chat/">
            All rooms
          </a>
        </div>
      )}
      {outdated && (
        <div class="banner">
          <Icon name="alert" />
          <span>Much has happened here. What you wrote is not sent yet: copy it before you reload.</span>
          {reload}
        </div>
      )}
      {connection.status === 'waiting' && (
        <div class="banner">
          <Icon name="offline" />
          <span>
            Reconnecting <Countdown until={connection.retryAt} />
          </span>
          <button type="button" class="link-button" onClick={onTryNow}>
            Try now
          </button>
        </div>
      )}
      {connection.status === 'retrying' && (
        <div class="banner">
          <span class="spinner" />
          <span>Reconnecting…</span>
        </div>
      )}
      {connection.status === 'online' && degraded && (
        <div class="banner">
          <Icon name="alert" />
          <span>Messages from some people may arrive a few seconds late.</span>
        </div>
      )}
      {connection.status === 'stopped' && connection.code !== CloseCode.normal && (
        <div class="banner stopped">
          <Icon name="alert" />
          <span>{STOPPED[connection.code] ?? 'The connection was closed by the server.'}</span>
          {reload}
        </div>
      )}
    </div>
  );
}

/** Seconds left; not announced, or a screen reader would count along. */
function Countdown({ until }: { until: number }): VNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = Math.ceil((until - now) / 1000);
  return <span aria-hidden="true">{seconds > 0 ? `in ${seconds} s…` : '…'}</span>;
}
