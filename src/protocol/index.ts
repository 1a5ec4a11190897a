export * from './account-pages.js';
export * from './chat-error.js';
export * from './codes.js';
export * from './events.js';
export * from './frames.js';
export * from './http.js';
export * from './limits.js';
export * from './names.js';
