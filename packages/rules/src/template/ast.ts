/** What a template is made of, after Go's text/template/parse. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | { readonly kind: 'if' | 'with' | 'range'; readonly branches: readonly Branch[]; readonly otherwise: TemplateNode[] }
  | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' };

export interface Branch {
  readonly pipe: Pipe;
  readonly body: TemplateNode[];
}

export interface Pipe {
  /** Variables that it sets, with their `$`. */
  readonly variables: readonly string[];
  /** True for `:=`, false for `=`. */
  readonly isDeclaration: boolean;
  readonly commands: readonly (readonly Operand[])[];
}

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'dot'; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly fields: readonly string[] };

export interface Template {
  readonly nodes: readonly TemplateNode[];
  /** From `define` and `block`. */
  readonly defined: ReadonlyMap<string, readonly TemplateNode[]>;
}

/** A template that cannot be read, or cannot be carried out; the message says why. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
