/** A text that is found when somebody first asks for it; most requests are answered without. */
export function lazy<Value extends string>(find: () => Value): () => Value {
	let found: Value | undefined;
	return () => (found ??= find());
}
