import * as v from 'valibot';

/** Parses the JSON of a response. @throws {v.ValiError} if it does not match the schema */
export async function parsed<T extends v.GenericSchema>(response: Response, schema: T): Promise<v.InferOutput<T>> {
	const body: unknown = await response.json();
	return v.parse(schema, body);
}
