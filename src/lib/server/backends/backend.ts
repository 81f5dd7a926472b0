import type { Backend } from '../config/backends';
import { config } from '../config';

/** The service of this name; `undefined` for none. */
export function backendNamed(name: string): Backend | undefined {
	return config().backends.find((backend) => backend.name === name);
}

/** What may be asked of a service: its own methods, HEAD where there is GET, and OPTIONS, which the portal answers. */
export function allowedMethods({ methods }: Pick<Backend, 'methods'>): readonly string[] {
	return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).concat('OPTIONS');
}
