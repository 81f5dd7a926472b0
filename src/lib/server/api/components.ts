/** The named schemas of the description: generators make one model of each. */

export type Json = Readonly<Record<string, unknown>>;

/**
 * Moves every schema that has a title (`v.title` of the Valibot schema) to the components, under that title, and leaves a
 * reference in its place.
 * @param described a part of the description; nothing but schemas may have a `title` in it
 * @param schemas receives the named schemas
 * @throws {Error} for one title of two different schemas
 */
export function nameSchemas(described: unknown, schemas: Record<string, Json>): unknown {
	if (Array.isArray(described)) return described.map((item: unknown) => nameSchemas(item, schemas));
	if (typeof described !== 'object' || described === null) return described;
	const { title, ...rest } = described as Json;
	const named = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, nameSchemas(value, schemas)]));
	if (title === undefined) return named;
	if (typeof title !== 'string') return { ...named, title: nameSchemas(title, schemas) };
	const known = schemas[title];
	if (known && JSON.stringify(known) !== JSON.stringify(named)) throw new Error(`two schemas have the title ${title}`);
	schemas[title] = named;
	return { $ref: `#/components/schemas/${title}` };
}
