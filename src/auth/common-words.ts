/** What people's passwords are made of most often; dressed up with digits, capitals and signs they are no better. */
export const commonWords = new Set(
  `password passwort passw0rd pass word motdepasse contrasena senha parola wachtwoord haslo salasana
  qwerty qwertz azerty qwertyuiop asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc letmein welcome
  willkommen bienvenue hello hallo login logon signin access admin administrator root user guest test tester testing
  testtest demo sample example default changeme change secret private public temp temporary master mastermind server
  system computer laptop internet windows microsoft apple google facebook instagram twitter amazon linkedin youtube
  whatsapp android samsung iphone nokia sony nintendo playstation xbox minecraft fortnite roblox pokemon pikachu mario
  iloveyou loveyou ilove love lovely lover loveme mylove sweetheart sweety honey darling baby babygirl babyboy angel
  princess prince queen king kingdom beautiful pretty gorgeous handsome cutie happy happiness smile sunshine sunflower
  sunset sunny rainbow butterfly flower flowers rose roses daisy lily jasmine violet lavender garden forest mountain
  ocean river island summer winter autumn spring january february march april may june july august september october
  november december monday tuesday wednesday thursday friday saturday sunday today tomorrow weekend holiday christmas
  easter halloween birthday family mother father mommy daddy mama papa sister brother grandma friend friends friendship
  bestfriend forever always never nothing something everything whatever whocares trust trustno believe faith hope dream
  dreamer dreams freedom liberty justice peace power energy strong strength success winner champion victory lucky
  fortune money dollar million millionaire rich gold golden silver platinum diamond crystal pearl ruby emerald
  football soccer baseball basketball hockey tennis volleyball cricket rugby golf golfer skating surfing swimming
  running runner racing boxing karate wrestling fishing hunting hunter fitness gymnast cheer cheerleader
  liverpool chelsea arsenal manchester barcelona madrid realmadrid juventus milan bayern dortmund boca ajax celtic
  rangers yankees redsox dodgers cowboys steelers packers patriots raiders eagles lakers celtics bulls warriors
  dragon dragons monkey tiger tigers lion panther wolf wolves eagle falcon hawk shark dolphin dolphins horse horses
  puppy kitten doggy kitty cat dog rabbit bunny turtle penguin panda spider scorpion snake cobra viper phoenix
  unicorn dinosaur chicken turkey banana orange cherry strawberry chocolate cookie cookies cupcake candy sugar
  pepper ginger coffee pizza cheese butter peanut burger whiskey vodka tequila corona heineken
  superman batman spiderman ironman hulk wolverine deadpool superhero starwars skywalker vader yoda jedi startrek
  matrix gandalf frodo hobbit hogwarts harrypotter potter hermione voldemort naruto sasuke goku vegeta simpsons
  homer snoopy garfield mickey minnie disney tinkerbell barbie godzilla zombie vampire ninja samurai pirate wizard
  magic merlin warcraft diablo halo callofduty counterstrike metallica nirvana slipknot eminem beatles elvis madonna
  michael jackson michelle jennifer jessica ashley amanda samantha elizabeth victoria stephanie nicole danielle
  melissa heather rebecca rachel patricia barbara kimberly christina katherine alexander alexandra alexandria
  christopher matthew daniel joshua andrew anthony william robert richard charles charlie thomas george edward
  joseph benjamin nicholas jonathan jordan justin brandon austin tyler taylor hannah madison olivia sophia isabella
  natalie vanessa veronica gabriel gabriela fernando ricardo eduardo carlos alejandro miguel antonio francisco maria
  martin patrick stephen steven timothy jeffrey bradley harrison maximus oliver oscar sebastian valentina
  america american canada england scotland ireland france germany italy italia spain espana mexico brazil brasil
  argentina colombia india pakistan china japan korea australia london paris berlin amsterdam moscow newyork chicago
  boston dallas houston texas florida california hollywood vegas lasvegas washington alaska hawaii toronto
  thunder lightning storm tornado hurricane volcano blizzard snowball snowflake fire fireball water blood shadow
  darkness midnight moonlight starlight heaven hell angels demon devil lucifer jesus jesuschrist christ church
  blessed gospel buddha allah krishna soldier warrior killer sniper assassin gangster hacker hacking cyber matrix
  ferrari porsche mercedes corvette mustang camaro lamborghini bugatti toyota honda yamaha kawasaki suzuki harley
  davidson chevrolet chevy nissan audi bmw jaguar bentley
  purple yellow orange green black white pink blue crimson scarlet
  blink metal music guitar drummer drums piano rocknroll rockstar dancer dancing singer singing
  school college university student teacher doctor nurse police fireman engineer manager business office company
  monster buster ranger scooter cooper tucker maggie bailey molly sadie sophie bella lucky max rocky buddy shadow
  fuck fucker fuckyou fuckoff asshole bitch bastard shit sexy
  chat nestrealtimechat realtime message messages abc abcd abcde abcdef abcdefg abcdefgh`.split(/\s+/),
);
