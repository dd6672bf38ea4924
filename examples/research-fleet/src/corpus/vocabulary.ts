/**
 * The words from which the corpus is written. Names are invented (so that nothing here can be mistaken for a fact of our
 * own world) and the sentences are templates per aspect: `{name}` is the subject, `{other}` another subject of the corpus.
 */
export interface SubjectKind {
  readonly noun: string;
  readonly plural: string;
  readonly suffixes: readonly string[];
  readonly habitats: readonly string[];
  readonly uses: readonly string[];
  readonly parts: readonly string[];
  readonly threats: readonly string[];
}

export const subjectKinds: readonly SubjectKind[] = [
  {
    noun: 'mineral',
    plural: 'minerals',
    suffixes: ['ite', 'ium', 'spar'],
    habitats: ['basalt caves', 'dry lake beds', 'deep coastal faults', 'glacier gravel'],
    uses: ['tuning lighthouse lenses', 'hardening bridge cables', 'filtering harbour water', 'storing winter heat'],
    parts: ['layered silicate sheets', 'trapped salt crystals', 'thin veins of copper', 'hexagonal grains'],
    threats: ['acid rain', 'careless quarrying', 'slow hydration', 'counterfeit powder'],
  },
  {
    noun: 'tree',
    plural: 'trees',
    suffixes: ['wood', 'elm', 'thorn'],
    habitats: ['river terraces', 'windward slopes', 'salt marshes', 'burned hillsides'],
    uses: ['building ferry hulls', 'dyeing festival cloth', 'anchoring loose dunes', 'brewing fever tea'],
    parts: ['corky double bark', 'resin-filled roots', 'silver needle leaves', 'hollow seed pods'],
    threats: ['bark beetles', 'late frost', 'goat grazing', 'a falling water table'],
  },
  {
    noun: 'bird',
    plural: 'birds',
    suffixes: ['wing', 'rook', 'tern'],
    habitats: ['tidal flats', 'abandoned towers', 'reed islands', 'high karst cliffs'],
    uses: [
      'carrying short messages',
      'warning fishers of storms',
      'clearing orchards of moths',
      'marking the first snow',
    ],
    parts: ['a hinged lower bill', 'waterproof flight feathers', 'a heat-sensing throat patch', 'unusually long toes'],
    threats: ['lamp glare', 'egg collectors', 'drained wetlands', 'a spreading lung fungus'],
  },
  {
    noun: 'instrument',
    plural: 'instruments',
    suffixes: ['harp', 'phone', 'drum'],
    habitats: ['mountain chapels', 'canal theatres', 'market squares', 'travelling schools'],
    uses: [
      'opening harvest assemblies',
      'teaching number rhythms',
      'calling boats through fog',
      'accompanying night readings',
    ],
    parts: ['nine gut strings', 'a double wind chest', 'a tuned copper plate', 'a folded resonance box'],
    threats: ['woodworm', 'lost tuning tables', 'a shortage of trained makers', 'damp storage'],
  },
  {
    noun: 'machine',
    plural: 'machines',
    suffixes: ['mill', 'engine', 'loom'],
    habitats: ['hillside workshops', 'canal locks', 'underground depots', 'floating yards'],
    uses: ['pumping lowland ditches', 'spinning flax rope', 'sorting grain by weight', 'cutting ice blocks'],
    parts: ['a counterweight wheel', 'paired escapements', 'a ceramic pressure valve', 'a chain of tipping buckets'],
    threats: ['metal fatigue', 'silted intakes', 'unlicensed repairs', 'cheap imported gears'],
  },
  {
    noun: 'settlement',
    plural: 'settlements',
    suffixes: ['haven', 'stead', 'ford'],
    habitats: ['braided deltas', 'volcanic plateaus', 'sheltered inlets', 'old caravan roads'],
    uses: ['trading smoked fish', 'training river pilots', 'keeping the regional archive', 'hosting the autumn fair'],
    parts: ['stilted granaries', 'a ring of public baths', 'covered walking streets', 'a tide-powered clock'],
    threats: ['seasonal flooding', 'a shrinking port', 'quarrels over wells', 'wandering sandbanks'],
  },
  {
    noun: 'remedy',
    plural: 'remedies',
    suffixes: ['balm', 'root', 'salt'],
    habitats: ['monastery gardens', 'alpine meadows', 'lagoon shores', 'lichen forests'],
    uses: ['easing marsh fever', 'closing shallow wounds', 'helping divers breathe', 'calming sleepless children'],
    parts: ['a bitter alkaloid', 'fermented pollen', 'crushed shell lime', 'a volatile green oil'],
    threats: ['spoilage in heat', 'overharvesting', 'confusion with a toxic twin', 'untested mixtures'],
  },
  {
    noun: 'festival',
    plural: 'festivals',
    suffixes: ['tide', 'night', 'mass'],
    habitats: ['harbour towns', 'orchard valleys', 'border villages', 'lake islands'],
    uses: ['settling old debts', 'choosing the water council', 'honouring lost sailors', 'exchanging seed stock'],
    parts: ['a silent procession', 'three lantern bridges', 'a contest of riddles', 'shared barley bread'],
    threats: ['rising travel costs', 'summer drought bans', 'fading dialects', 'careless fireworks'],
  },
];

export const syllables: readonly string[] = [
  'va',
  'lu',
  'mor',
  'ti',
  'ser',
  'an',
  'quo',
  'bel',
  'dra',
  'fen',
  'gis',
  'hal',
  'ir',
  'jor',
  'kel',
  'lim',
  'nar',
  'os',
  'pra',
  'run',
  'sil',
  'tor',
  'ul',
  'ves',
  'wen',
  'yar',
  'zor',
  'cal',
  'den',
  'eth',
];

export const regions: readonly string[] = [
  'the Varn Coast',
  'Upper Selmora',
  'the Tisk Archipelago',
  'the Ondale Basin',
  'North Quell',
  'the Harrow Steppe',
  'Lower Brenna',
  'the Maristel Range',
];

export const people: readonly string[] = [
  'Ilsa Verrin',
  'Tomas Okell',
  'Maru Dain',
  'Petra Lysk',
  'Anton Reth',
  'Soli Hamar',
  'Brigid Voss',
  'Karel Ombre',
  'Nadia Fenn',
  'Orlo Tace',
  'Yuna Calder',
  'Ferris Holm',
];

/** What a question can ask about a subject. */
export type Aspect = 'origin' | 'use' | 'structure' | 'threat' | 'measure' | 'trade' | 'dispute';

export const aspectTemplates: Readonly<Record<Aspect, readonly string[]>> = {
  origin: [
    '{Name} was first described by {person} in {year} after an expedition to {region}.',
    'The earliest records place {name} in the {habitat} of {region}.',
    'Its origin is usually traced to the {habitat}, where {plural} of this type still appear each {season}.',
    '{person} argued in {year} that {name} reached {region} along the same route as {other}.',
  ],
  use: [
    'People in {region} rely on {name} for {use}.',
    'Since {year} the main use of {name} has been {use}, which once depended on {other}.',
    'A survey by {person} found that {percent} percent of households used {name} for {use}.',
    'Workshops in {region} combine {name} with {other} when {use}.',
  ],
  structure: [
    'The structure of {name} is recognised by {part}.',
    'Under close inspection {name} shows {part}, a feature it shares with {other}.',
    '{person} measured {part} and concluded that it gives {name} its unusual stability.',
    'Unlike most {plural}, {name} combines {part} with a surprisingly light frame.',
  ],
  threat: [
    'The greatest threat to {name} today is {threat}.',
    'Between {year} and {year2} losses to {threat} rose by {percent} percent in {region}.',
    '{person} warned that {threat} could remove {name} from {region} within {count} years.',
    'Conservation plans pair {name} with {other}, because both suffer from {threat}.',
  ],
  measure: [
    'Field teams counted {count} examples of {name} in {region} during {year}.',
    'On average {name} lasts {count} seasons, longer than {other}.',
    'The yearly variation of {name} in {region} stayed below {percent} percent after {year}.',
    'Measurements by {person} show a steady increase of {percent} percent per decade.',
  ],
  trade: [
    'Trade in {name} links {region} with {region2}, mostly during {season}.',
    'Prices for {name} fell by {percent} percent in {year}, when {other} became easier to obtain.',
    'The council of {region} has taxed exports of {name} since {year}.',
    'Merchants value {name} for {use} and pay in barley, rope or copper.',
  ],
  dispute: [
    'Scholars disagree whether {name} and {other} share a common origin.',
    '{person} disputed the measurements from {region} and called for a new survey in {year}.',
    'The debate over {threat} divided {region} for {count} years.',
    'A later review by {person} settled the dispute in favour of the older account.',
  ],
};

/** How a question words an aspect; `{name}` and `{noun}` are filled in. */
export const aspectQuestions: Readonly<Record<Aspect, readonly string[]>> = {
  origin: ['where does {name} come from', 'who first described {name} and what is its origin'],
  use: ['what is {name} used for', 'how do people use {name} in {region}'],
  structure: ['what is the structure of {name}', 'which features let people recognise {name}'],
  threat: ['what threat endangers {name}', 'which losses has {name} suffered in {region}'],
  measure: ['how have measurements of {name} changed', 'what do field counts of {name} show'],
  trade: ['how does trade in {name} work', 'why did prices for {name} fall'],
  dispute: ['what do scholars dispute about {name}', 'how was the debate over {name} settled'],
};

export const seasons: readonly string[] = ['spring', 'summer', 'autumn', 'winter'];
