import * as v from 'valibot';
import type { Sandbox } from './index.ts';

const Body = v.looseObject({});

interface BridgeResponse {
	readonly status: number;
	readonly body: Record<string, unknown>;
}

/** Calls the Bridge as the portal would. Responses may have any shape; without JSON the body is `{}`. */
export class BridgeCaller {
	readonly #sandbox: Sandbox;

	constructor(sandbox: Sandbox) {
		this.#sandbox = sandbox;
	}

	async create(body: Record<string, unknown> = { queryId: 'eduid' }): Promise<{ id: string } & BridgeResponse> {
		const response = await this.call('POST', '/auth/oid4vp/sessions', body);
		return { id: String(response.body.sessionId), ...response };
	}

	/** Creates a session whose wallet has shared this person's data. */
	async shared(person: Parameters<Sandbox['share']>[1]): Promise<string> {
		const { id } = await this.create();
		await this.#sandbox.share(id, person);
		return id;
	}

	status(id: string): Promise<BridgeResponse> {
		return this.call('GET', `/auth/oid4vp/sessions/${id}/status`);
	}

	complete(id: string): Promise<BridgeResponse> {
		return this.call('POST', `/auth/oid4vp/sessions/${id}/complete`);
	}

	initiate(id: string, redirectUri?: string): Promise<BridgeResponse> {
		return this.call('POST', `/auth/oid4vp/sessions/${id}/idv/initiate`, redirectUri ? { redirectUri } : {});
	}

	idvStatus(id: string): Promise<BridgeResponse> {
		return this.call('GET', `/auth/oid4vp/sessions/${id}/idv/status`);
	}

	submit(id: string, body: Record<string, unknown>): Promise<BridgeResponse> {
		return this.call('POST', `/auth/oid4vp/sessions/${id}/idv/submit`, body);
	}

	async call(method: string, path: string, body?: Record<string, unknown>): Promise<BridgeResponse> {
		const response = await fetch(this.#sandbox.bridgeUrl + path, {
			method,
			...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
		});
		const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Body), await response.text());
		return { status: response.status, body: parsed.success ? parsed.output : {} };
	}
}
