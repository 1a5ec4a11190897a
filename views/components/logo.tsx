import type { VNode } from 'preact';

export function Logo(): VNode {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="logo-back" d="M13 4h9a8 8 0 0 1 8 8v2a8 8 0 0 1-8 8h-.5l-4 4.6V22H13a9 9 0 0 1 0-18Z" />
      <path class="logo-front" d="M11 8h8a8 8 0 0 1 0 16h-5.5L7 29.5v-6.3A8 8 0 0 1 11 8Z" />
      <path class="logo-line" d="M10 16h.01M15 16h.01M20 16h.01" />
    </svg>
  );
}
