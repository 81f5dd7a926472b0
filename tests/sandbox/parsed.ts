import * as v from 'valibot';

/** A response's JSON of a known shape. @throws {v.ValiError} for another shape */
export async function parsed<T extends v.GenericSchema>(response: Response, schema: T): Promise<v.InferOutput<T>> {
	const body: unknown = await response.json();
	return v.parse(schema, body);
}
