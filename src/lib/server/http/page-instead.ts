/** Another page as the answer at this address, in the visitor's language and look, with this status. */
export async function pageInstead(
	{ fetch }: { fetch: typeof globalThis.fetch },
	path: string,
	status: number
): Promise<Response> {
	const page = await fetch(path);
	return new Response(page.body, { status, headers: page.headers });
}
