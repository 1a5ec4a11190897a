import { registerHooks } from 'node:module';

// Sources import each other as `.js`, which is what they become; a script that runs them as they are needs `.ts`.
registerHooks({
  resolve(specifier, context, next) {
    const ours = specifier.startsWith('.') && context.parentURL?.endsWith('.ts') && specifier.endsWith('.js');
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
