import { expect, type Page } from '@playwright/test';
import type { Sandbox } from '../../sandbox/index.ts';
import type { PersonId } from '../../sandbox/people.ts';
import { en } from './texts.ts';

/** The Bridge has looked at the wallet's response, however long the scenario says that it takes. */
export function finishChecking(sandbox: Sandbox, sessionId: string): void {
	const session = sandbox.session(sessionId);
	if (!session) throw new Error('The Bridge has no such session');
	session.verifyingUntil = 0;
}

/** A sign-in with the wallet: the page in one hand, the phone in the other. */
export class WalletSignIn {
	readonly #page: Page;
	readonly #sandbox: Sandbox;
	readonly #isScripted: boolean;
	readonly #t: typeof en;
	#sessionId: string | undefined;

	/** @param t the texts of the page's language */
	constructor(page: Page, sandbox: Sandbox, isScripted: boolean, t = en) {
		this.#page = page;
		this.#sandbox = sandbox;
		this.#isScripted = isScripted;
		this.#t = t;
	}

	get sessionId(): string {
		if (this.#sessionId === undefined) throw new Error('The sign-in has not been started');
		return this.#sessionId;
	}

	/** From the choice of ways in to the QR code. */
	async start(loginPath = '/login'): Promise<void> {
		await this.#page.goto(loginPath);
		await this.#page.getByRole('button', { name: this.#t.login.wallet.button }).click();
		await this.expectCode();
	}

	/** The page shows a code; from now on the phone responds to that one. */
	async expectCode(): Promise<void> {
		const { title, titleHere } = this.#t.wallet.scan;
		const heading = this.#page.getByRole('heading', { level: 1 });
		await expect(heading.and(this.#page.getByText(new RegExp(`^(?:${title}|${titleHere})$`)))).toBeVisible();
		const link = this.#page.getByRole('link', { name: this.#t.wallet.scan.open });
		this.#sessionId = this.#sandbox.sessionByLink((await link.getAttribute('href')) ?? '')?.id ?? '';
	}

	async open(): Promise<void> {
		expect(await this.#sandbox.openWallet(this.sessionId)).toBe('accepted');
		await this.check();
	}

	async share(person: PersonId): Promise<void> {
		// What the Bridge refuses has reached it as well.
		expect(await this.#sandbox.share(this.sessionId, person)).toMatch(/^(accepted|refused)$/);
		await this.check();
	}

	async decline(): Promise<void> {
		expect(await this.#sandbox.decline(this.sessionId)).toBe('accepted');
		await this.check();
	}

	async expire(): Promise<void> {
		expect(this.#sandbox.expire(this.sessionId)).toBe(true);
		await this.check();
	}

	/** Returns from the institution, which is still verifying the person. */
	async returnDuringVerification(): Promise<void> {
		const session = this.#sandbox.session(this.sessionId);
		if (!session) throw new Error('The Bridge has no such session');
		session.status = 'RECONCILING';
		await this.#page.goto(`/login?wallet_session=${this.sessionId}&idv=complete`);
	}

	/** With JavaScript the page goes on by itself; without, the person asks, until the portal asks the Bridge anew about it. */
	async check(): Promise<void> {
		if (this.#isScripted) return;
		const asked = () => this.#sandbox.lastRequests('bridge', 'status');
		// Also those that the Bridge never responded to.
		const ownReads = () => asked().filter(({ path }) => path.includes(this.sessionId)).length;
		const reads = ownReads();
		const link = this.#page.getByRole('link', { name: /check/i });
		await expect(async () => {
			// Once the portal has read, the next page may have no such link any more.
			if (ownReads() <= reads) await link.click({ timeout: 2000 });
			expect(ownReads()).toBeGreaterThan(reads);
		}).toPass();
	}
}
