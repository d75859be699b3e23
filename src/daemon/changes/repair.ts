import { z } from 'zod';
import { planRepair } from '../../domain/index.js';
import { DOM0_UUID } from '../../model/index.js';
import { auditHost } from '../snapshot.js';
import { asked, type Change } from './change.js';

export const repair: Change<'repair'> = {
  schema: z.object(asked),
  begin(toolstack, { requestedBy }) {
    const plan = async () => planRepair((await auditHost(toolstack)).findings);
    return Promise.resolve({ request: { uuid: DOM0_UUID, requestedBy, plan } });
  },
};
