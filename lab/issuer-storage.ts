import type { Adapter, AdapterPayload } from 'oidc-provider'

/** Keeps everything that an issuer remembers in memory, until the process ends. */
export function createIssuerStorage(): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>()
  return (model) => ({
    upsert: async (id, payload, expiresIn) => {
      const lives =
        expiresIn === undefined ? undefined : setTimeout(() => records.delete(`${model}:${id}`), expiresIn * 1000)
      lives?.unref()
      records.set(`${model}:${id}`, payload)
    },
    find: async (id) => records.get(`${model}:${id}`),
    findByUid: async (uid) => [...records.values()].find((payload) => payload['kind'] === model && payload.uid === uid),
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const payload = records.get(`${model}:${id}`)
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => {
      records.delete(`${model}:${id}`)
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of records) {
        if (key.startsWith(`${model}:`) && payload.grantId === grantId) records.delete(key)
      }
    },
  })
}
