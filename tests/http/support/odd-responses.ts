import type { PassingResponse } from '../../harness/proxy.ts';

type Json = Record<string, unknown>;
/** Changes to the JSON at the paths that match the expression. */
export type Changes = readonly (readonly [path: RegExp, change: (body: Json, response: PassingResponse) => unknown])[];

/** No URL can address an entry with such an id. */
export const badIds = ['\ud800', '.', '..', ' ', 'a\u0000b', false].map((id) => ({
	id,
	name: 'Bad id',
	label: 'Bad id'
}));

/** The address of pushed authorization requests. */
export const PUSHED_REQUEST = /\/(?:par|request)$/;

const broken = { kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AAAA' };
export const stsChanges: Changes = [
	[
		/openid-configuration/,
		(body) => ({
			...body,
			id_token_signing_alg_values_supported: [null, ...(body.id_token_signing_alg_values_supported as []), 7],
			code_challenge_methods_supported: null,
			response_types_supported: 'code',
			userinfo_endpoint: '',
			mtls_endpoint_aliases: null,
			authorization_response_iss_parameter_supported: 'true'
		})
	],
	[
		/jwks/,
		({ keys }) => ({
			keys: [
				null,
				'key',
				broken,
				...(keys as Json[]).map(({ kid: _kid, alg: _alg, ...key }) => ({ ...key, use: null }))
			]
		})
	],
	[/\/token$/, (body) => ({ ...body, token_type: 'BEARER', scope: null, expires_in: '3600' })],
	[
		PUSHED_REQUEST,
		(body, response) => {
			response.status = 200;
			return { ...body, expires_in: null };
		}
	],
	[/revocation$/, (_body, response) => (response.status = 202)],
	[
		/federation/,
		() => [
			null,
			'uni-zuid',
			...badIds,
			{ id: 'no-name', name: null },
			{ id: 'uni-noord', name: { nl: 'Universiteit Noord', en: 'North University' }, enabled: 'true' },
			{ id: 'uni-uit', name: 'Universiteit Uit', enabled: 'false' }
		]
	]
];
export const bridgeChanges: Changes = [
	[
		/sessions$/,
		(body) => ({
			...body,
			status: null,
			expiresAt: Number.isFinite(body.expiresAt) ? `${body.expiresAt as number}` : null
		})
	],
	[
		/[^v]\/status$/,
		(body) => ({
			...body,
			sessionId: null,
			idvRequired: body.status === 'IDV_REQUIRED' ? 'true' : 'false',
			errorCode: null,
			expiresAt: null
		})
	],
	[/complete$/, (body) => ({ ...body, userId: null, sessionId: null })],
	[/idv\/initiate$/, (body) => ({ ...body, planType: null, idvRequirementReason: null })],
	[
		/idv\/status$/,
		(body) => ({
			...body,
			sessionId: null,
			message: null,
			candidates: [
				null,
				...badIds,
				{ id: 'c0', label: null },
				{ id: 'c1', label: { nl: 'Noor (Noord)', en: 'Noor (North)' } },
				{ id: 2, label: 'Robin' }
			]
		})
	]
];

/** Applies the changes to a response, and sends its JSON as text, with a byte order mark. */
export function altered(changes: Changes): (response: PassingResponse) => void {
	return (response) => {
		const [, change] = changes.find(([path]) => path.test(response.path.replace(/\?.*/, ''))) ?? [];
		if (!change || response.status >= 300) return;
		const body = JSON.parse(response.body || '{}') as Json;
		response.body = `\uFEFF${JSON.stringify(change(body, response))}`;
		response.headers['content-type'] = 'text/plain; charset=utf-8';
	};
}
