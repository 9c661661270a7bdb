import { story } from '../../story.js';

export const dynamic = 'force-dynamic';

export const GET = async () => Response.json(await story());
