import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserWalletResponse } from '../harness/browser-wallet.ts';
import { BridgeCaller } from './bridge-caller.ts';
import { federatedSubject } from './identity.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { personById } from './people.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const text = read('docs/auth-bridge.openapi.json');
const Operation = v.looseObject({ operationId: v.string(), responses: v.record(v.string(), v.unknown()) });
const { paths } = v.parse(
	v.looseObject({ paths: v.record(v.string(), v.record(v.string(), v.union([v.array(v.unknown()), Operation]))) }),
	JSON.parse(text)
);
const operations = Object.entries(paths).flatMap(([path, item]) =>
	Object.entries(item).flatMap(([method, operation]) =>
		Array.isArray(operation) ? [] : [{ path, method, ...operation }]
	)
);

describe('docs/auth-bridge.openapi.json', () => {
	test('is a valid OpenAPI 3.1 description', async () => {
		expect((await new Validator().validate(v.parse(v.looseObject({}), JSON.parse(text)))).errors).toBeUndefined();
	});

	test('has exactly the operations that the portal calls', () => {
		const source = read('src/lib/server/bridge/errors.ts');
		const called = [...source.matchAll(/^\t\| '(\w+)'/gm)].map(([, name]) => name);
		expect(operations.map(({ operationId }) => operationId).sort()).toEqual(called.sort());
	});
});

describe.each(['doc', 'field'] as const)('responses of the sandbox in the %s dialect', (dialect) => {
	let sandbox: Sandbox;
	let bridge: BridgeCaller;
	beforeAll(async () => {
		const ports = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
		sandbox = await startSandbox({ ...ports, dialect, portalUrl: 'http://localhost:3000' });
		bridge = new BridgeCaller(sandbox);
	});
	afterAll(() => sandbox.stop());

	const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(JSON.parse(text) as object, 'bridge');
	/** Validates a response against the schema of its status, or else of `default`. */
	function expectAsDescribed(operationId: string, { status, body }: { status: number; body: unknown }) {
		const operation = operations.find((one) => one.operationId === operationId);
		const key = operation && String(status) in operation.responses ? String(status) : 'default';
		const pointer = `/paths/${String(operation?.path).replaceAll('/', '~1')}/${String(operation?.method)}/responses/${key}`;
		const isReference = JSON.stringify(operation?.responses[key]).includes('"#/components/responses/');
		const target = isReference ? `/components/responses/${key === 'default' ? 'Error' : 'Created'}` : pointer;
		const isValid = ajv.validate({ $ref: `bridge#${target}/content/application~1json/schema` }, body);
		expect({ operationId, status, errors: isValid ? null : ajv.errors }).toEqual({ operationId, status, errors: null });
	}

	test('match the description for a session with a known wallet', async () => {
		const { id, ...created } = await bridge.create();
		expectAsDescribed('createSession', created);
		expectAsDescribed('readStatus', await bridge.status(id));
		expectAsDescribed('complete', await bridge.complete(id));
		await sandbox.share(id, 'known-student');
		expectAsDescribed('readStatus', await bridge.status(id));
		expectAsDescribed('complete', await bridge.complete(id));
	});

	test('match the description for a session that a wallet responds to through the browser', async () => {
		sandbox.configureVerifier({ dcApi: true });
		const { id, ...created } = await bridge.create();
		expectAsDescribed('createSession', created);
		const submit = (response: string) =>
			bridge.call('POST', `/auth/oid4vp/sessions/${id}/dc-api`, {
				protocol: 'openid4vp-v1-signed',
				data: { response }
			});
		const malformed = await submit('a..b.c.d');
		expect(malformed.status).toBe(400);
		expectAsDescribed('submitDcApi', malformed);
		const request = sandbox.session(id)?.transaction?.dcRequest ?? '';
		const accepted = await submit(await browserWalletResponse(sandbox, request, { origin: 'http://localhost:3000' }));
		expect(accepted).toMatchObject({ status: 200, body: { sessionId: id } });
		expectAsDescribed('submitDcApi', accepted);
		sandbox.reset();
	});

	test('match the description for a session that requires identity verification', async () => {
		const id = await bridge.shared('several-candidates');
		expectAsDescribed('complete', await bridge.complete(id));
		expectAsDescribed('readIdvStatus', await bridge.idvStatus(id));
		expectAsDescribed('initiateIdv', await bridge.initiate(id, 'http://localhost:3000/back'));
		expectAsDescribed('submitIdv', await bridge.submit(id, { confirm: false }));
	});

	test('match the description for linked wallets', async () => {
		const path = `/internal/bindings/${federatedSubject(personById('known-student'))}`;
		const response = await fetch(sandbox.bridgeUrl + path);
		expectAsDescribed('listBindings', { status: response.status, body: await response.json() });
	});

	test.each([
		['readStatus', 'GET', `/auth/oid4vp/sessions/${'0'.repeat(32)}/status`],
		['complete', 'POST', `/auth/oid4vp/sessions/${'0'.repeat(32)}/complete`],
		['finishIdv', 'GET', '/auth/oid4vp/idv/callback?code=a&state=b']
	])('match the description for a refused call of %s', async (operationId, method, path) => {
		const response = await bridge.call(method, path);
		expect(response.status).toBeGreaterThanOrEqual(400);
		expectAsDescribed(operationId, response);
	});
});
