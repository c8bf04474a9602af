/** Something that a check does not accept, with its place. */
export interface Finding {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

export function showFinding({ file, line, message }: Finding): string {
  return `${file}${line === undefined ? "" : `:${line}`}  ${message}`;
}
