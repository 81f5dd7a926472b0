import { qrSvg } from '$lib/ui/qr-svg';

/** The QR code of an address as a `data:` URI, for callers that draw it themselves; null when it is too long for one. */
export function qrDataUri(requestUri: string): string | null {
	const svg = qrSvg(requestUri);
	return svg === null ? null : `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
