import type { ComponentChildren, VNode } from 'preact';
import type { FormState } from '../../src/protocol/account-pages.js';

/** One input with its label, and beside it what is wrong or what it is for. A password is never given back. */
export function Field(props: {
  state: FormState;
  name: string;
  label: string;
  /** Tells fields of several forms on one page apart. */
  form?: string;
  type?: 'text' | 'password';
  value?: string;
  hint?: string;
  autocomplete?: string;
  maxLength?: number;
  minLength?: number;
  required?: boolean;
  numeric?: boolean;
  autofocus?: boolean;
}): VNode {
  const { state, name, label, form = 'form', type = 'text', hint, required = true } = props;
  const problem = state.problems?.[name];
  const id = `${form}-${name}`;
  const value = state.values?.[name] ?? props.value ?? '';
  const shared = {
    id,
    name,
    required,
    maxLength: props.maxLength,
    minLength: props.minLength,
    autocomplete: props.autocomplete,
    autocapitalize: 'none' as const,
    spellcheck: false,
    inputMode: props.numeric ? ('numeric' as const) : undefined,
    autofocus: props.autofocus,
    dir: 'auto' as const,
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': problem || hint ? `${id}-hint` : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === 'password' ? (
        <input type="password" {...shared} />
      ) : (
        <input type="text" value={value} {...shared} />
      )}
      {(problem || hint) && (
        <p class={problem ? 'hint problem' : 'hint'} id={`${id}-hint`} role={problem ? 'alert' : undefined}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

/** What is wrong with no field alone. */
export function FormProblem({ state, name = 'form' }: { state: FormState; name?: string }): VNode | null {
  const problem = state.problems?.[name];
  return problem ? (
    <p class="notice problem" role="alert">
      {problem}
    </p>
  ) : null;
}

export function Done({ children }: { children: ComponentChildren }): VNode | null {
  return children ? (
    <p class="notice" role="status">
      {children}
    </p>
  ) : null;
}
