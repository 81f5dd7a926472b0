import { type BrowserContext, expect, type Page, type Request } from '@playwright/test';

/** What Chromium itself writes for every response that isn't a good one. */
const failedRequest = /^(?:Failed to load resource: |EventSource's response has a MIME type )/;

/**
 * Watches every page of a browser: what it writes on the console, what it throws, and which requests a page of the
 * portal sends elsewhere. Going to another site as a whole is no such request.
 */
export function watchContext(context: BrowserContext, portalUrl: string, expectsFaults: boolean) {
	const odd: string[] = [];
	const { origin } = new URL(portalUrl);

	context.on('console', (message) => {
		const isBad = message.type() === 'error' || message.type() === 'warning';
		// A page that is itself a fault, such as a 404, is one on purpose.
		const isOfPage = message.location().url === message.page()?.url();
		const isExpected = (expectsFaults || isOfPage) && failedRequest.test(message.text());
		if (isBad && !isExpected && isOurs(message.page())) odd.push(`console: ${message.text()}`);
	});
	context.on('weberror', (fault) => {
		if (isOurs(fault.page())) odd.push(`error: ${fault.error().message}`);
	});
	context.on('request', (request) => {
		if (isForeign(request)) odd.push(`request: ${request.url()}`);
	});

	function isOurs(page: Page | null): boolean {
		return page?.url().startsWith(`${origin}/`) ?? false;
	}

	function isForeign(request: Request): boolean {
		if (request.isNavigationRequest() || !isOurs(request.frame().page())) return false;
		return new URL(request.url()).origin !== origin;
	}

	return {
		expectNothingOdd: () => {
			expect(odd, 'the console, and what pages request').toEqual([]);
		}
	};
}
