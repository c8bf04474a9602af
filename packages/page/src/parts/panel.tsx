import type { ComponentChildren } from "preact";

interface Props {
  readonly title: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly tone?: "failed" | "warned";
  readonly id?: string;
}

export function Panel({ title, aside, children, tone, id }: Props) {
  return (
    <section class={`panel ${tone ?? ""}`.trim()} id={id}>
      <header>
        <h2>{title}</h2>
        {aside === undefined ? null : <div class="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
