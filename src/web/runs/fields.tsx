/** An option of a run, as a field of a form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'path' | 'paths' | 'number' | 'check' | 'choice';
  readonly help?: string;
  /** What stands in an empty field: what happens then. */
  readonly placeholder?: string;
  readonly required?: boolean;
  /** Folded away, since its default is right to begin with. */
  readonly advanced?: boolean;
  /** Of a number. */
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** Of a choice; the first one is the default. */
  readonly options?: readonly { readonly value: string; readonly text: string }[];
}

/** What was entered, by name; what was left empty is left out. */
export type Entered = Readonly<Record<string, string | number | boolean | string[]>>;

export function readForm(form: HTMLFormElement, fields: readonly Field[]): Entered {
  const data = new FormData(form);
  const entered: Record<string, Entered[string]> = {};
  for (const field of fields) {
    const value = data.get(field.name);
    if (typeof value !== 'string' || value.trim() === '') continue;
    entered[field.name] = field.kind === 'check' ? true : valueOf(field, value.trim());
  }
  return entered;
}

function valueOf({ kind }: Field, text: string): string | number | string[] {
  if (kind === 'number') return Number(text);
  return kind === 'paths'
    ? text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    : text;
}

/** The fields, those that one seldom needs folded away. */
export function Fields({
  fields,
  values = {},
}: {
  fields: readonly Field[];
  values?: Readonly<Record<string, string>>;
}) {
  const advanced = fields.filter((field) => field.advanced);
  return (
    <>
      <div class="fields">
        {fields
          .filter((field) => !field.advanced)
          .map((field) => (
            <FieldInput key={field.name} field={field} value={values[field.name]} />
          ))}
      </div>
      {advanced.length > 0 && (
        <details class="more">
          <summary>More options</summary>
          <div class="fields">
            {advanced.map((field) => (
              <FieldInput key={field.name} field={field} value={values[field.name]} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

function FieldInput({ field, value }: { field: Field; value?: string }) {
  const { name, label, kind, help } = field;
  if (kind === 'check') {
    return (
      <label class="field-inline field-check">
        <input type="checkbox" name={name} />
        <span>
          {label}
          {help && <span class="field-help">{help}</span>}
        </span>
      </label>
    );
  }
  return (
    <label class={`field ${kind === 'number' ? 'field-short' : ''}`}>
      <span>{label}</span>
      <Control field={field} value={value} />
      {help && <span class="field-help">{help}</span>}
    </label>
  );
}

function Control({ field, value }: { field: Field; value?: string }) {
  const { name, kind, placeholder, required, min, max, whole, options = [] } = field;
  const common = { name, required, placeholder, defaultValue: value };
  if (kind === 'choice') {
    return (
      <select class="select" name={name} defaultValue={value}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    );
  }
  if (kind === 'paths') return <textarea class="input" rows={2} spellcheck={false} {...common} />;
  if (kind === 'number')
    return <input class="input" type="number" min={min} max={max} step={whole ? 1 : 'any'} {...common} />;
  return <input class="input" type="text" spellcheck={false} {...common} />;
}
