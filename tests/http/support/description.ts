import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { Browser } from '../../harness/browser.ts';
import type { HttpResponse } from '../../harness/exchange.ts';

const Header = v.looseObject({
	$ref: v.optional(v.string()),
	required: v.optional(v.boolean(), false),
	schema: v.optional(v.record(v.string(), v.unknown()))
});
const Response = v.looseObject({
	$ref: v.optional(v.string()),
	description: v.optional(v.string(), ''),
	headers: v.optional(v.record(v.string(), Header), {}),
	content: v.optional(
		v.record(v.string(), v.looseObject({ schema: v.optional(v.record(v.string(), v.unknown())) })),
		{}
	)
});
type Response = v.InferOutput<typeof Response>;
const Document = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		paths: v.record(v.string(), v.record(v.string(), v.looseObject({ responses: v.record(v.string(), Response) }))),
		components: v.looseObject({
			headers: v.record(v.string(), Header),
			responses: v.record(v.string(), Response),
			schemas: v.record(v.string(), v.unknown())
		})
	})
);

const Problem = v.pipe(v.string(), v.parseJson(), v.object({ error: v.string() }));

const DOCUMENT = 'https://portal.example.org/openapi.json';

/** What the description of a running portal says, and how responses differ from it. */
export interface Description {
	/** Every operation: its method in capitals, and its path with parameters in braces. */
	readonly operations: readonly { readonly method: string; readonly template: string }[];
	readonly schemas: Readonly<Record<string, unknown>>;
	/** The errors of a value by its schema; null if there are none. */
	readonly errorsOf: (schema: Readonly<Record<string, unknown>>, value: unknown) => string | null;
	/** The differences between a response to an operation and the description; empty if there are none. */
	readonly faultsOf: (
		method: string,
		template: string,
		response: Pick<HttpResponse, 'status' | 'headers' | 'text'>
	) => string[];
}

/** Reads `/api/openapi.json`. */
export async function readDescription(url: string): Promise<Description> {
	const { text } = await new Browser(url).call('/api/openapi.json');
	// Each schema is compiled alone, so its references name the document.
	const { paths, components } = v.parse(Document, text.replaceAll('"#/components/', `"${DOCUMENT}#/components/`));
	const ajv = new Ajv2020({ strict: false, validateFormats: false });
	ajv.addSchema({ $id: DOCUMENT, components: { schemas: components.schemas } });

	const errorsOf: Description['errorsOf'] = (schema, value) => (ajv.validate(schema, value) ? null : ajv.errorsText());
	const component = <Value>(all: Readonly<Record<string, Value>>, one: Value & { $ref?: string | undefined }) =>
		all[one.$ref?.split('/').at(-1) ?? ''] ?? one;

	function headerFaults(known: Response, headers: Headers): string[] {
		return Object.entries(known.headers).flatMap(([name, reference]) => {
			const { required, schema = {} } = component(components.headers, reference);
			const value = headers.get(name);
			if (value === null) return required ? [`without ${name}`] : [];
			const errors = errorsOf(schema, value);
			return errors === null ? [] : [`${name}: ${errors}`];
		});
	}

	function bodyFaults({ description, content }: Response, isComponent: boolean, type: string | null, text: string) {
		const types = Object.keys(content);
		if (type === null) return types.length > 0 ? ['without a body'] : [];
		if (!types.includes(type)) return [`as ${type} is not described`];
		const schema = content[type]?.schema;
		if (type !== 'application/json' || !schema) return [];
		const code = isComponent ? v.parse(Problem, text).error : null;
		if (code !== null && !description.includes(`\`${code}\``)) return [`: the code ${code} is not described`];
		const errors = errorsOf(schema, JSON.parse(text));
		return errors === null ? [] : [`: ${errors} in ${text}`];
	}

	return {
		operations: Object.entries(paths).flatMap(([template, methods]) =>
			Object.keys(methods).map((method) => ({ method: method.toUpperCase(), template }))
		),
		schemas: components.schemas,
		errorsOf,
		faultsOf: (method, template, { status, headers, text }) => {
			const where = `${method} ${template} ${status}`;
			const responses = paths[template]?.[method.toLowerCase()]?.responses;
			const reference = responses?.[status];
			// A response of a backend, of any media type.
			if (!reference && responses?.default) return [];
			if (!reference) return [`${where} is not described`];
			const known = component(components.responses, reference);
			const type = headers.get('content-type')?.split(';')[0] ?? null;
			return [...headerFaults(known, headers), ...bodyFaults(known, reference.$ref !== undefined, type, text)].map(
				(fault) => `${where} ${fault}`
			);
		}
	};
}
