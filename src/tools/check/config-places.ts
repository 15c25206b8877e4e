import type { Config } from '../../config/model.ts'
import type { Path } from '../../config/problem.ts'
import { type Origin, originOfFiles } from '../../config/reading/places.ts'
import { readSnapshot } from '../../config/reading/snapshot.ts'
import { readYaml } from '../../config/reading/yaml-document.ts'
import type { Source } from '../../config/source.ts'
import type { Hit } from './check-rule.ts'

/** The way from a path of the configuration to where it is written; undefined position in environment mode. */
export type Places = Pick<Origin, 'place'>

/** A configuration that the loader accepts, and where its parts are written. */
export interface ConfigSubject {
  readonly config: Config
  readonly places: Places
}

/** A hit where a part of the configuration is written. */
export function hitIn(places: Places, path: Path, what: string, at: 'key' | 'value' = 'value'): Hit {
  return { ...places.place(path, at), what }
}

/** Reads a good configuration once more, for its places only. `namedFiles`: the files that it names, which are not part of it. */
export async function readPlaces(source: Source, namedFiles: readonly string[] = []): Promise<Places> {
  if (source.kind === 'environment') return { place: () => ({ path: '', position: undefined }) }
  const { config } = await readSnapshot(source.path, namedFiles)
  const documents = [...config].flatMap(([file, content]) =>
    'error' in content ? [] : [readYaml(file, content.bytes.toString('utf8'))],
  )
  return placesOf(documents)
}

/** The same for documents that are there already: the nearest written parent if a key has its default. */
function placesOf(documents: Parameters<typeof originOfFiles>[0]): Places {
  const origin = originOfFiles(documents)
  return {
    place(path, at) {
      let length = path.length
      while (length > 0 && !documents.some((document) => document.has(path.slice(0, length)))) length--
      const written: Path = path.slice(0, length)
      return origin.place(written, length < path.length ? 'key' : at)
    },
  }
}
