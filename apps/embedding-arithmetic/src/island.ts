/** Questions about the island, in other words than the answers; the first one is asked at the start. */
export const questions: readonly string[] = [
  'Can I see the aurora?',
  'How do I get money?',
  'Is there crime?',
  'souvenirs',
  'renewable energy',
  'a doctor for a sick child',
];

/** A text to search: a guide to an island that does not exist, in short paragraphs. */
export const island = `A guide to Skerra

Skerra is an island of nine hundred people, four miles long and two wide, an hour from the mainland.

The ferry leaves the mainland at seven in the morning and at four in the afternoon; in a gale it stays in port.

Cars are left on the mainland. Everything here can be reached on foot, and bicycles stand in rows at the pier.

The harbour master, Ada Flett, knows every skipper by voice and announces on the radio who may come in.

Small boats may tie up on the north quay for three nights without paying.

Fishermen mend their nets on the sea wall in the afternoon and like to be asked what they caught.

The bakery opens at five. Its oven is older than the road, and the first rolls are eaten on the steps outside.

In the Anchor, fish soup is served until ten at night, and on Fridays somebody plays the accordion.

Vegetarians do best at the Green Door, where lentils, beetroot and barley come out of one large pot.

The tea room in the old customs house has scones, a stove, and a shelf of books that guests leave behind.

Water from the taps tastes of peat but is safe to drink.

There is one hotel, with eleven rooms, and the beds on the west side have the sound of the waves.

Tents may stand on the common above the beach, a shower costs one coin, and fires are forbidden from May on.

Whoever finds no bed asks at the post office, which keeps a list of families with a spare room.

The post office also sells stamps, string, boots and batteries, and forwards parcels twice a week.

There is no bank. The shop gives cash against a card, as long as the drawer has any.

The shop closes for lunch and again whenever its owner sees seals in the bay.

Telephones work on the east side only. At the church gate one stands on the third step and holds the thing up high.

The library lends computers by the hour, and its reading room is heated all winter.

The nurse, Morag Linklater, sees patients every morning in the white house behind the school.

In an emergency a helicopter comes from the mainland and lands on the football pitch.

Ticks live in the heather. Wear long trousers and look at your legs in the evening.

Jellyfish sting in August; vinegar helps, and rubbing does not.

The school has twenty-three pupils and two teachers, and on Mondays all of them learn to swim in the sea.

Small visitors love the playground made from a wrecked trawler, with a slide down its funnel.

Dogs are welcome everywhere but in the fields with lambs, where they have to be on a lead.

The sheep belong to seven families, who know them by notches in the ears.

Wool is spun in the mill by the burn; a sweater takes a month and lasts for thirty years.

The lighthouse was lit in 1854. Its keepers left when the lamp was made to switch itself on.

One hundred and ninety-nine stairs lead up to its gallery, from where one sees three other islands.

The chapel on the cliff has no roof. Monks built it before there were kings here, and Vikings burned it twice.

Below the chapel, a stone with carved spirals marks the grave of somebody whose name is lost.

The museum shows what the storm of 1953 uncovered: a village of eight houses with beds and cupboards of stone.

During the war two hundred soldiers watched the strait from concrete huts, in which potatoes are now stored.

In 1907 a ship loaded with oranges broke on the rocks, and people still tell how the beach shone.

A child who was born here used to get a boat before its first shoes.

The dialect has forty words for rain; the driest of them means that one can still see the barn.

Weather comes from the west. When the far hills look near, it will be wet by night.

In June it never gets quite dark, and people play golf at midnight.

In December the sun rises after nine and sets before half past three.

On clear nights in winter green curtains of light move over the northern sky.

The Milky Way is bright enough to walk by, for no lamp on the road burns after eleven.

Puffins come in April and dig their nests into the turf; by the middle of August they are gone.

Walk slowly near the terns, who dive at heads. A stick held up above the hat takes their attacks.

Seals rest on the skerries at low tide, and their pups are born in October.

From the south point one may see whales in July, if one has patience and a thermos flask.

Otters cross the road at the mill. A sign asks cyclists to brake for them.

Orchids grow in the dunes, and nobody picks them, because everybody would know who it was.

Trees do not like the wind. The only wood is nine sycamores behind the manse.

The white beach looks like the Caribbean, and its water has eleven degrees in summer.

The current in the sound is stronger than any swimmer; bathe in the bay and not beyond the buoys.

The walk around the island takes seven hours, with one steep climb and two fences.

The sand bar to Little Skerra is dry for two hours on each side of low water. Who is late stays the night.

Old peat cuttings are deep and look like grass. Stay on the path when there is fog.

Electricity comes from three turbines on the hill, and what is left over heats the swimming pool.

Rubbish goes back with you on the ferry, because there is nowhere to put it.

The council meets in the hall on the first Tuesday, and anybody may speak for five minutes.

On the last night of January a straw boat is carried through the lanes with torches and set on fire.

The summer fair has races for rowers, for ponies and for people in sacks.

At weddings the whole village walks behind a fiddler, and the dance ends when the ferry leaves.

Nobody locks a door. A stranger who knocks is taken for the police.

Gifts to take home are smoked mackerel, heather honey, and a knitted hat with the pattern of the family.

If you like it here, come again in November, when we have time to talk.`;
