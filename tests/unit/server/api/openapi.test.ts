import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { apiRoutes } from '$lib/server/api/routes';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));

/** What lies there, the configuration says. */
const BACKENDS = 'fallback /api/backends/{name}/{path}';

const Operation = v.looseObject({
	operationId: v.string(),
	summary: v.string(),
	security: v.array(v.record(v.string(), v.array(v.string()))),
	requestBody: v.optional(
		v.object({
			required: v.boolean(),
			content: v.record(v.string(), v.object({ schema: v.looseObject({}) }))
		})
	),
	responses: v.record(v.string(), v.unknown())
});
/** An object that is described in place: generators make up a name for it. */
const Inline = v.looseObject({ type: v.literal('object') });
const Description = v.looseObject({
	openapi: v.string(),
	servers: v.array(v.object({ url: v.string() })),
	paths: v.record(v.string(), v.record(v.string(), Operation)),
	components: v.looseObject({
		responses: v.record(
			v.string(),
			v.looseObject({ description: v.string(), content: v.optional(v.record(v.string(), v.unknown())) })
		),
		schemas: v.record(v.string(), v.looseObject({ properties: v.optional(v.unknown()) })),
		securitySchemes: v.record(v.string(), v.looseObject({ name: v.optional(v.string()) }))
	})
});

beforeEach(() => {
	vi.resetModules();
	configure({ API_AUDIENCE: 'https://portal.example.org/api', ADMIN_CLIENT_IDS: 'operator' });
});

/** As a stranger's tool gets it: JSON. */
async function described() {
	const { apiDescription } = await import('$lib/server/api/openapi');
	return v.parse(Description, JSON.parse(new TextDecoder().decode(apiDescription())));
}

const operationsOf = ({ paths }: v.InferOutput<typeof Description>) =>
	Object.entries(paths).flatMap(([path, item]) =>
		Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation }))
	);

/** `GET /api/me` and so on, from the files of the routes; HEAD goes with GET. */
function routesOnDisk(): string[] {
	const folder = new URL('../../../../src/routes/', import.meta.url);
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((file) => basename(file) === '+server.ts' && /(?:^|\/)(?:api|\[x\+2e\]well-known)\//.test(file))
		.flatMap((file) => {
			const segments = dirname(file)
				.split('/')
				.filter((segment) => !segment.startsWith('('));
			const path = segments
				.map((segment) => segment.replace('[x+2e]', '.').replace(/^\[(?:\.{3})?(\w+)(?:=\w+)?\]$/, '{$1}'))
				.join('/');
			const source = readFileSync(new URL(file, folder), 'utf8');
			const methods = [...source.matchAll(/^export const (GET|POST|PUT|PATCH|DELETE|fallback)\b/gm)];
			return methods.map(([, method = '']) => `${method} /${path}`);
		});
}

describe('the OpenAPI description', () => {
	test('is valid OpenAPI 3.1', async () => {
		const result = await new Validator().validate(await described());
		expect(result.errors ?? []).toEqual([]);
		expect(result.valid).toBe(true);
	});

	test('lists every API route and nothing else', async () => {
		const onDisk = routesOnDisk().filter((name) => name !== BACKENDS);
		expect(onDisk).toHaveLength(routesOnDisk().length - 1);
		expect(
			operationsOf(await described())
				.map(({ name }) => name)
				.sort()
		).toEqual(onDisk.sort());
	});

	test('lists the institution’s backends as configured', async () => {
		const grades = { url: 'https://grades.example', token: 'service', methods: ['GET', 'POST'], callerScope: 'grades' };
		const plain = { url: 'https://plain.example', token: 'none' };
		configure({ API_AUDIENCE: 'api', BACKENDS: JSON.stringify({ grades, plain }) });
		const operations = operationsOf(await described()).filter(({ name }) => name.includes('/backends/'));
		expect(operations.map(({ name, security }) => [name, security])).toEqual([
			['GET /api/backends/grades/{path}', [{ session: [] }, { bearer: ['grades'] }]],
			['POST /api/backends/grades/{path}', [{ session: [] }, { bearer: ['grades'] }]],
			['GET /api/backends/plain/{path}', [{ session: [] }]]
		]);
		const result = await new Validator().validate(await described());
		expect(result.errors ?? []).toEqual([]);
	});

	test('marks the required request bodies, and lists the configured wallet queries', async () => {
		configure({ WALLET_QUERY_IDS: 'student staff' });
		const operations = operationsOf(await described()).filter(({ requestBody }) => requestBody !== undefined);
		const needed = operations.filter(({ requestBody }) => requestBody?.required);
		expect(needed.map(({ operationId }) => operationId).sort()).toEqual([
			'endSessions',
			'submitDigitalCredential',
			'submitIdentityVerification'
		]);
		const { schemas } = (await described()).components;
		expect(schemas.WalletSessionOptions?.properties).toMatchObject({ queryId: { enum: ['student', 'staff'] } });
	});

	test('names the schemas of bodies, so that generators create few, well-named models', async () => {
		const { paths, components } = await described();
		const unnamed: string[] = [];
		JSON.stringify([paths, components.responses], (key, value: unknown) => {
			if (key === 'schema' && v.is(Inline, value)) unnamed.push(JSON.stringify(value));
			return value;
		});
		// Two forms that browsers and the STS send.
		expect(unnamed).toHaveLength(2);
		expect(Object.keys(components.schemas).length).toBeLessThanOrEqual(60);
	});

	test('uses one Problem schema, and lists the codes of each status', async () => {
		const { responses } = (await described()).components;
		const content = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
		for (const response of Object.values(responses)) expect(response).toMatchObject({ content });
		expect(responses.Problem404?.description).toContain('Codes: `not_found`.');
	});

	test('describes errors as pages too on the routes that people open, and on no other route', async () => {
		const { paths, components } = await described();
		const withPages = Object.entries(paths)
			// Headers that are too large may get a page on every route.
			.filter(([, item]) => /ProblemOrPage(?!431)/.test(JSON.stringify(item)))
			.map(([path]) => path);
		expect(withPages.sort()).toEqual([
			'/.well-known/jwks.json',
			'/.well-known/security.txt',
			'/api/auth/callback/{provider}',
			'/api/auth/signin/{provider}',
			'/api/auth/signout',
			'/api/wallet/sessions/{id}/idv/callback'
		]);
		const types = (name: string) => Object.keys(components.responses[name]?.content ?? {});
		expect(types('Problem503')).toEqual(['application/json']);
		expect(types('ProblemOrPage503')).toEqual(['application/json', 'text/html']);
	});

	test('has a schema for the data of each stream event', async () => {
		const { schemas } = (await described()).components;
		expect(schemas.WalletSessionEventMessage?.properties).toEqual({
			event: { const: 'message' },
			data: {
				type: 'string',
				contentMediaType: 'application/json',
				contentSchema: { $ref: '#/components/schemas/WalletSessionState' }
			}
		});
		const names = ['Connected', 'Heartbeat', 'Message', 'Trouble', 'Gone', 'End'];
		const oneOf = names.map((name) => ({ $ref: `#/components/schemas/WalletSessionEvent${name}` }));
		expect(schemas.WalletSessionEvent).toEqual({ oneOf });
	});

	test('has the same statuses and events as docs/api.md', async () => {
		const { schemas } = (await described()).components;
		const [, statuses = '', events = ''] = readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8')
			.split(/^\| (?=Status {2}|Event {2})/m)
			.map((part) => part.split('\n\n', 1)[0] ?? '');
		const firstCells = (table: string) =>
			[...table.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
		expect(firstCells(statuses).sort()).toEqual(
			[...v.parse(v.array(v.string()), schemas.WalletSessionStatus?.enum)].sort()
		);
		const named = firstCells(events).map(
			(event) => `WalletSessionEvent${event.charAt(0).toUpperCase()}${event.slice(1)}`
		);
		expect(named.sort()).toEqual(
			Object.keys(schemas)
				.filter((name) => name.startsWith('WalletSessionEvent') && name !== 'WalletSessionEvent')
				.sort()
		);
	});

	test('gives each operation a unique id', async () => {
		const names = operationsOf(await described()).map(({ operationId }) => operationId);
		expect(new Set(names).size).toBe(names.length);
	});

	test('describes every path parameter', () => {
		const named = apiRoutes.map(({ path, parameters = {} }) => [path, Object.keys(parameters)]);
		const inPath = apiRoutes.map(({ path }) => [path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
		expect(named).toEqual(inPath);
	});

	test('documents a 401 response for every operation that requires a credential', async () => {
		const guarded = operationsOf(await described()).filter(({ security }) => security.length > 0);
		expect(guarded.length).toBeGreaterThan(8);
		expect(guarded.filter(({ responses }) => !('401' in responses))).toEqual([]);
	});

	test('omits bearer authentication if no access tokens are accepted', async () => {
		const scopes = async () =>
			operationsOf(await described()).flatMap(({ security }) => security.flatMap((one) => one.bearer ?? []));
		expect(new Set(await scopes())).toEqual(new Set(['wallet:sessions', 'profile:read', 'sessions:revoke']));
		vi.resetModules();
		configure();
		expect(await scopes()).toEqual([]);
		expect((await described()).components.securitySchemes).not.toHaveProperty('bearer');
	});

	test('uses the cookie names for https', async () => {
		configure({ AUTH_URL: 'https://portal.example.org', STS_ISSUER_URL: 'https://sts.example.org' });
		const { servers, components } = await described();
		expect(servers).toEqual([{ url: 'https://portal.example.org' }]);
		expect(components.securitySchemes.session?.name).toBe('__Host-portal.session');
	});
});
