import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

/** The JSON Schema (2020-12, as OpenAPI 3.1 has it) of what a schema takes. @throws for what has no such form */
export function jsonSchema(schema: v.GenericSchema): JsonSchema {
	const { $schema: _, ...converted } = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input' });
	return converted;
}
