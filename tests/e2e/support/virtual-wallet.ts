import type { CDPSession, Page } from '@playwright/test';
import { browserWalletResponse } from '../../harness/browser-wallet.ts';
import type { Sandbox } from '../../sandbox/index.ts';

type Behaviour =
	| { readonly action: 'respond'; readonly protocol: string; readonly response: object }
	| { readonly action: 'decline' | 'wait' };

/** Not in Playwright's types yet. */
interface DigitalCredentials {
	send(
		method: 'DigitalCredentials.setVirtualWalletBehavior',
		parameters: Behaviour & { frameId: string }
	): Promise<void>;
	send(method: 'Page.getFrameTree'): Promise<{ frameTree: { frame: { id: string } } }>;
}

/** The wallet of the browser itself (Digital Credentials API), without a dialog. */
export class VirtualWallet {
	readonly #page: Page;
	readonly #sandbox: Sandbox;
	#session: Promise<CDPSession> | undefined;

	constructor(page: Page, sandbox: Sandbox) {
		this.#page = page;
		this.#sandbox = sandbox;
	}

	/** The next request gets a presentation for this session. @param origin of the page, as the browser reports it */
	async shares(sessionId: string, origin = new URL(this.#page.url()).origin, mistakes = {}): Promise<void> {
		const request = this.#sandbox.session(sessionId)?.transaction?.dcRequest ?? '';
		const response = await browserWalletResponse(this.#sandbox, request, { origin, mistakes });
		await this.#behave({ action: 'respond', protocol: 'openid4vp-v1-signed', response: { response } });
	}

	/** @param response without a presentation */
	async responds(response: object): Promise<void> {
		await this.#behave({ action: 'respond', protocol: 'openid4vp-v1-signed', response });
	}

	declines(): Promise<void> {
		return this.#behave({ action: 'decline' });
	}

	/** The dialog stays open. */
	waits(): Promise<void> {
		return this.#behave({ action: 'wait' });
	}

	async #behave(behaviour: Behaviour): Promise<void> {
		this.#session ??= this.#page.context().newCDPSession(this.#page);
		const session: DigitalCredentials = await this.#session;
		const { frameTree } = await session.send('Page.getFrameTree');
		await session.send('DigitalCredentials.setVirtualWalletBehavior', { frameId: frameTree.frame.id, ...behaviour });
	}
}
