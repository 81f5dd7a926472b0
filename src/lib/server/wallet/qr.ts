import { qrSvg } from '$lib/ui/qr-svg';

/** The QR code of an address as a `data:` URI, for callers that draw it themselves. */
export function qrDataUri(requestUri: string): string {
	return `data:image/svg+xml;base64,${Buffer.from(qrSvg(requestUri)).toString('base64')}`;
}
