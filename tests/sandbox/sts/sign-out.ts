import type Provider from 'oidc-provider';

const xsrfField = /name="xsrf" value="([^"]+)"/;

/**
 * Ends the session without an intermediate page: the provider requires a confirmation form, and this submits it for the
 * person. A browser without JavaScript then needs no extra click.
 */
export function confirmSignOut(provider: Provider, ownUrl: () => string): void {
	provider.use(async (ctx, next) => {
		await next();
		if (ctx.path !== '/session/end' || ctx.status !== 200) return;
		const xsrf = xsrfField.exec(String(ctx.body))?.[1];
		if (xsrf === undefined) return;

		// A browser without a session has just received one for this confirmation.
		const given = [ctx.response.get('set-cookie')].flat().map((cookie) => cookie.split(';', 1).join());
		const response = await fetch(`${ownUrl()}/session/end/confirm`, {
			method: 'POST',
			redirect: 'manual',
			headers: { cookie: [...given, ctx.get('cookie')].filter(Boolean).join('; ') },
			body: new URLSearchParams({ xsrf, logout: 'yes' })
		});
		ctx.status = response.status;
		ctx.set('location', response.headers.get('location') ?? '/');
		ctx.set('set-cookie', response.headers.getSetCookie());
		ctx.body = '';
	});
}
