/** What one reader finds in a key. */
export interface ExplainedValue {
  readonly about: string;
  readonly format: string;
  readonly unit?: string;
}

/** All that the map says of a key. */
export interface ExplainedKey extends ExplainedValue {
  /** What readers of the old manual find in the same node, unless the tree is for xl's alone. */
  readonly manual?: ExplainedValue;
  readonly writer: string;
  readonly access: string;
  /** As xenstore-ls -p prints it. */
  readonly permissions: string;
  readonly life: string;
  readonly source: string;
  /** Whose trees have it: `xl` is in both. */
  readonly layout: 'xl' | 'both';
}

/** What may be right below a path. */
export interface ExplainedChild {
  readonly name: string;
  /** Undefined for a mere directory. */
  readonly about?: string;
}

/** What the store map says of a path. */
export interface Explanation {
  /** As it was asked for. */
  readonly path: string;
  /** As the map has it: `/local/domain/<domid>/name`. */
  readonly pattern: string;
  /** Absent for a mere directory. */
  readonly key?: ExplainedKey;
  readonly children: readonly ExplainedChild[];
}
