 (func $assembly/host/loop/sweepFrom (param $0 i64) (result i32)
  (local $1 i32)
  (local $2 i32)
  (local $3 i32)
  (local $4 i64)
  (local $5 i64)
  (local $6 i64)
  (local $7 i32)
  (local $8 i32)
  (local $9 i32)
  (local $10 i32)
  (local $11 i32)
  (local $12 i64)
  (local $13 i32)
  global.get $assembly/host/loop/sweepsFull
  i64.const 1
  i64.add
  global.set $assembly/host/loop/sweepsFull
  global.get $assembly/host/batch/most
  i32.const 1
  i32.eq
  if (result i32)
   global.get $assembly/host/sqhd/sqhdEnd
   global.get $assembly/host/slots/slots
   global.get $assembly/host/slots/slotMask
   local.get $0
   i64.const 32
   i64.shr_u
   i32.wrap_i64
   i32.and
   i32.const 48
   i32.mul
   i32.add
   local.tee $1
   i64.load offset=8
   local.tee $4
   i64.const 16
   i64.shl
   i64.add
   local.get $0
   i64.sub
   local.tee $0
   global.get $assembly/host/sqhd/sqhdLeft
   i64.gt_u
   if (result i32)
    i32.const 0
   else
    global.get $assembly/host/ahead/table
    global.get $assembly/host/queue/sqTail
    local.tee $2
    i32.const 3
    i32.shr_u
    i32.add
    i64.load
    local.set $5
    local.get $1
    global.get $assembly/host/slots/generationStep
    local.get $4
    i32.wrap_i64
    i32.add
    local.tee $3
    i64.extend_i32_u
    i64.store offset=8
    local.get $2
    local.get $3
    i32.const -65536
    i32.and
    local.get $5
    i32.wrap_i64
    i32.const 255
    i32.and
    i32.or
    i32.store
    local.get $2
    local.get $1
    v128.load offset=16
    v128.store offset=24
    local.get $2
    local.get $5
    i64.const 8
    i64.shr_u
    i64.store offset=40
    global.get $assembly/host/queue/cqHead
    i32.const 16
    i32.add
    local.tee $3
    global.get $assembly/host/queue/cqEnd
    i32.eq
    if
     global.get $assembly/host/queue/cq
     global.set $assembly/host/queue/cqHead
     global.get $assembly/host/queue/phase
     i64.const 48
     i64.rotr
     i64.const 1
     i64.xor
     i64.const 48
     i64.rotl
     global.set $assembly/host/queue/phase
     global.get $assembly/host/sqhd/sqhdEnd
     i64.const 48
     i64.rotr
     i64.const 1
     i64.xor
     i64.const 48
     i64.rotl
     global.set $assembly/host/sqhd/sqhdEnd
    else
     local.get $3
     global.set $assembly/host/queue/cqHead
    end
    global.get $assembly/host/queue/sq
    global.get $assembly/host/queue/sqTail
    i32.const -64
    i32.sub
    local.tee $3
    local.get $3
    global.get $assembly/host/queue/sqEnd
    i32.eq
    select
    global.set $assembly/host/queue/sqTail
    call $assembly/host/imports/clock
    global.get $assembly/host/time/place
    i64.load offset=8
    global.set $assembly/host/time/now
    global.get $assembly/host/queue/cqHead
    local.tee $3
    global.set $assembly/host/queue/cqHeadFreed
    global.get $assembly/host/queue/cqHeadDoorbell
    local.get $3
    global.get $assembly/host/queue/cq
    i32.sub
    i32.const 4
    i32.shr_u
    i32.store
    global.get $assembly/host/queue/sqTail
    global.get $assembly/host/queue/sq
    i32.sub
    i32.const 6
    i32.shr_u
    local.tee $3
    global.set $assembly/host/queue/sqTailRung
    global.get $assembly/host/queue/sqTailDoorbell
    local.get $3
    i32.store
    global.get $assembly/host/queue/phase
    global.get $assembly/host/queue/sqLast
    local.get $3
    global.get $assembly/host/sqhd/sqhdEnd
    i32.wrap_i64
    i32.const 65535
    i32.and
    local.get $0
    i32.wrap_i64
    i32.sub
    local.tee $7
    local.get $3
    i32.gt_u
    select
    local.tee $3
    i64.extend_i32_u
    i64.or
    global.set $assembly/host/sqhd/sqhdEnd
    local.get $3
    local.get $7
    i32.sub
    i64.extend_i32_u
    global.set $assembly/host/sqhd/sqhdLeft
    global.get $assembly/host/loop/readHistogram
    global.get $assembly/host/loop/writeHistogram
    local.get $1
    i32.load8_u offset=32
    i32.const 2
    i32.eq
    select
    local.tee $3
    i64.const 53
    global.get $assembly/host/time/now
    local.get $1
    i64.load
    i64.sub
    local.tee $0
    i64.const 2047
    i64.or
    i64.clz
    i64.sub
    local.tee $4
    i64.const 10
    i64.shl
    local.get $0
    local.get $4
    i64.shr_u
    i64.add
    i32.wrap_i64
    i32.const 3
    i32.shl
    i32.add
    local.tee $7
    local.get $7
    i64.load offset=64
    i64.const 1
    i64.add
    i64.store offset=64
    local.get $3
    local.get $3
    i64.load offset=16
    local.get $0
    i64.add
    i64.store offset=16
    local.get $0
    local.get $3
    i64.load
    i64.lt_u
    if
     local.get $3
     local.get $0
     i64.store
    end
    local.get $0
    local.get $3
    i64.load offset=8
    i64.gt_u
    if
     local.get $3
     local.get $0
     i64.store offset=8
    end
    local.get $1
    global.get $assembly/host/ahead/table
    local.get $2
    i32.const 3
    i32.shr_u
    i32.add
    local.tee $2
    i64.load
    i64.store offset=32
    local.get $1
    global.get $assembly/host/time/now
    i64.store
    global.get $assembly/host/pattern/state
    i64.const 7046029254386353131
    i64.sub
    global.set $assembly/host/pattern/state
    local.get $2
    i64.const 2
    i64.const 1
    global.get $assembly/host/pattern/readShare
    global.get $assembly/host/pattern/state
    local.tee $0
    local.get $0
    i64.const 30
    i64.shr_u
    i64.xor
    i64.const -4658895280553007687
    i64.mul
    local.tee $0
    local.get $0
    i64.const 27
    i64.shr_u
    i64.xor
    i64.const -7723592293110705685
    i64.mul
    local.tee $0
    local.get $0
    i64.const 31
    i64.shr_u
    i64.xor
    local.tee $0
    i32.wrap_i64
    i32.const 65535
    i32.and
    i32.gt_u
    select
    block $assembly/host/pattern/nextLba|inlined.5 (result i64)
     global.get $assembly/host/pattern/isRandom
     i32.eqz
     if
      global.get $assembly/host/pattern/cursor
      local.tee $0
      i64.const 1
      i64.add
      local.tee $4
      i64.const 0
      local.get $4
      global.get $assembly/host/pattern/blocks
      i64.ne
      select
      global.set $assembly/host/pattern/cursor
      global.get $assembly/host/pattern/firstLba
      local.get $0
      global.get $assembly/host/pattern/lbasPerBlock
      i64.mul
      i64.add
      br $assembly/host/pattern/nextLba|inlined.5
     end
     global.get $assembly/host/pattern/blocks
     i64.const 32
     i64.shr_u
     i64.const 1
     global.get $assembly/host/pattern/isRandom
     select
     i64.eqz
     if (result i64)
      global.get $assembly/host/pattern/firstLba
      global.get $assembly/host/pattern/lbasPerBlock
      global.get $assembly/host/pattern/blocks
      local.get $0
      i64.const 32
      i64.shr_u
      i64.mul
      global.get $assembly/host/pattern/blocks
      local.get $0
      i64.const 4294967295
      i64.and
      i64.mul
      i64.const 32
      i64.shr_u
      i64.add
      i64.const 32
      i64.shr_u
      i64.mul
      i64.add
     else
      local.get $0
      i64.const 32
      i64.shr_u
      local.tee $4
      global.get $assembly/host/pattern/blocks
      local.tee $5
      i64.const 4294967295
      i64.and
      local.tee $6
      i64.mul
      local.get $0
      i64.const 4294967295
      i64.and
      local.tee $0
      local.get $6
      i64.mul
      i64.const 32
      i64.shr_u
      i64.add
      local.set $6
      global.get $assembly/host/pattern/firstLba
      global.get $assembly/host/pattern/lbasPerBlock
      local.get $5
      i64.const 32
      i64.shr_u
      local.tee $5
      local.get $4
      i64.mul
      local.get $6
      i64.const 32
      i64.shr_u
      i64.add
      local.get $0
      local.get $5
      i64.mul
      local.get $6
      i64.const 4294967295
      i64.and
      i64.add
      i64.const 32
      i64.shr_u
      i64.add
      i64.mul
      i64.add
     end
    end
    i64.const 8
    i64.shl
    i64.or
    i64.store
    global.get $assembly/host/loop/completed
    i64.const 1
    i64.add
    global.set $assembly/host/loop/completed
    i32.const 1
   end
  else
   i32.const 0
  end
  if
   i32.const 1
   local.set $8
  else
   global.get $assembly/host/queue/sqTail
   local.set $2
   global.get $assembly/host/sqhd/sqhdLeft
   local.set $0
   global.get $assembly/host/batch/most
   local.set $8
   loop $for-loop|0
    block $for-break0
     global.get $assembly/host/ahead/table
     global.get $assembly/host/queue/sqTail
     local.tee $3
     i32.const 3
     i32.shr_u
     i32.add
     local.set $7
     i64.const 0
     local.set $4
     global.get $assembly/host/queue/cqHead
     local.tee $1
     local.set $9
     local.get $1
     local.get $8
     global.get $assembly/host/queue/cqEnd
     global.get $assembly/host/queue/cqHead
     i32.sub
     i32.const 4
     i32.shr_u
     local.tee $10
     global.get $assembly/host/queue/sqEnd
     global.get $assembly/host/queue/sqTail
     i32.sub
     i32.const 6
     i32.shr_u
     local.tee $11
     local.get $10
     local.get $11
     i32.lt_u
     select
     local.tee $10
     local.get $8
     local.get $10
     i32.lt_u
     select
     i32.const 4
     i32.shl
     i32.add
     local.set $10
     loop $do-loop|1
      block $do-break|1
       global.get $assembly/host/sqhd/sqhdEnd
       global.get $assembly/host/slots/slots
       global.get $assembly/host/slots/slotMask
       local.get $1
       i64.load offset=8
       local.tee $5
       i64.const 32
       i64.shr_u
       i32.wrap_i64
       i32.and
       i32.const 48
       i32.mul
       i32.add
       local.tee $11
       i64.load offset=8
       local.tee $12
       i64.const 16
       i64.shl
       i64.add
       local.get $5
       i64.sub
       local.tee $6
       local.get $0
       i64.gt_u
       if
        local.get $5
        local.set $4
        br $do-break|1
       end
       local.get $6
       local.set $0
       local.get $7
       i64.load
       local.set $5
       local.get $11
       global.get $assembly/host/slots/generationStep
       local.get $12
       i32.wrap_i64
       i32.add
       local.tee $13
       i64.extend_i32_u
       i64.store offset=8
       local.get $3
       local.get $13
       i32.const -65536
       i32.and
       local.get $5
       i32.wrap_i64
       i32.const 255
       i32.and
       i32.or
       i32.store
       local.get $3
       local.get $11
       v128.load offset=16
       v128.store offset=24
       local.get $3
       local.get $5
       i64.const 8
       i64.shr_u
       i64.store offset=40
       local.get $3
       i32.const -64
       i32.sub
       local.set $3
       local.get $7
       i32.const 8
       i32.add
       local.set $7
       local.get $10
       local.get $1
       i32.const 16
       i32.add
       local.tee $1
       i32.ne
       br_if $do-loop|1
      end
     end
     local.get $1
     global.get $assembly/host/queue/cqEnd
     i32.eq
     if
      global.get $assembly/host/queue/cq
      global.set $assembly/host/queue/cqHead
      global.get $assembly/host/queue/phase
      i64.const 48
      i64.rotr
      i64.const 1
      i64.xor
      i64.const 48
      i64.rotl
      global.set $assembly/host/queue/phase
      global.get $assembly/host/sqhd/sqhdEnd
      i64.const 48
      i64.rotr
      i64.const 1
      i64.xor
      i64.const 48
      i64.rotl
      global.set $assembly/host/sqhd/sqhdEnd
     else
      local.get $1
      global.set $assembly/host/queue/cqHead
     end
     global.get $assembly/host/queue/sq
     local.get $3
     local.get $3
     global.get $assembly/host/queue/sqEnd
     i32.eq
     select
     global.set $assembly/host/queue/sqTail
     local.get $8
     local.get $1
     local.get $9
     i32.sub
     i32.const 4
     i32.shr_u
     i32.sub
     local.tee $8
     i32.eqz
     br_if $for-break0
     local.get $1
     local.get $10
     i32.eq
     br_if $for-loop|0
     global.get $assembly/host/queue/phase
     local.get $4
     i64.const 281474976710656
     i64.and
     i64.ne
     br_if $for-break0
     local.get $4
     local.get $4
     i32.wrap_i64
     i32.const 65535
     i32.and
     local.tee $1
     i64.extend_i32_u
     i64.sub
     global.get $assembly/host/queue/phase
     global.get $assembly/host/slots/slots
     global.get $assembly/host/slots/slotMask
     local.get $4
     i64.const 32
     i64.shr_u
     i32.wrap_i64
     i32.and
     i32.const 48
     i32.mul
     i32.add
     i64.load offset=8
     i64.const 16
     i64.shl
     i64.or
     i64.ne
     if (result i32)
      i32.const 0
     else
      global.get $assembly/host/queue/sqTailRung
      global.get $assembly/host/sqhd/sqhdEnd
      i32.wrap_i64
      i32.const 65535
      i32.and
      i32.ne
      global.get $assembly/host/queue/sqTailRung
      local.get $1
      i32.ge_u
      i32.and
     end
     if
      global.get $assembly/host/queue/sqTailRung
      i64.extend_i32_u
      local.tee $0
      global.get $assembly/host/queue/phase
      i64.or
      global.set $assembly/host/sqhd/sqhdEnd
      br $for-loop|0
     else
      i32.const 1
      global.set $assembly/host/loop/odd
      local.get $4
      global.set $assembly/host/loop/oddSecond
      global.get $assembly/host/queue/sqTailRung
      global.set $assembly/host/loop/oddTail
     end
    end
   end
   global.get $assembly/host/batch/most
   local.get $8
   i32.sub
   local.set $8
   call $assembly/host/imports/clock
   global.get $assembly/host/time/place
   i64.load offset=8
   global.set $assembly/host/time/now
   local.get $8
   if
    global.get $assembly/host/queue/cqHead
    local.tee $1
    global.set $assembly/host/queue/cqHeadFreed
    global.get $assembly/host/queue/cqHeadDoorbell
    local.get $1
    global.get $assembly/host/queue/cq
    i32.sub
    i32.const 4
    i32.shr_u
    i32.store
    global.get $assembly/host/queue/sqTail
    global.get $assembly/host/queue/sq
    i32.sub
    i32.const 6
    i32.shr_u
    local.tee $1
    global.set $assembly/host/queue/sqTailRung
    global.get $assembly/host/queue/sqTailDoorbell
    local.get $1
    i32.store
    global.get $assembly/host/queue/phase
    global.get $assembly/host/queue/sqLast
    local.get $1
    global.get $assembly/host/sqhd/sqhdEnd
    i32.wrap_i64
    i32.const 65535
    i32.and
    local.get $0
    i32.wrap_i64
    i32.sub
    local.tee $3
    local.get $1
    i32.gt_u
    select
    local.tee $1
    i64.extend_i32_u
    i64.or
    global.set $assembly/host/sqhd/sqhdEnd
    local.get $1
    local.get $3
    i32.sub
    i64.extend_i32_u
    global.set $assembly/host/sqhd/sqhdLeft
    global.get $assembly/host/loop/onlyHistogram
    if
     global.get $assembly/host/loop/onlyHistogram
     local.tee $10
     i64.load offset=16
     local.set $5
     local.get $10
     i64.load
     local.set $0
     local.get $10
     i64.load offset=8
     local.set $4
     global.get $assembly/host/queue/sqTail
     local.tee $7
     global.get $assembly/host/queue/sqEnd
     local.get $2
     local.get $7
     i32.lt_u
     select
     local.set $1
     local.get $2
     local.set $3
     loop $for-loop|2
      block $for-break2
       global.get $assembly/host/ahead/table
       local.get $3
       i32.const 3
       i32.shr_u
       i32.add
       local.set $9
       loop $do-loop|3
        local.get $10
        i64.const 53
        global.get $assembly/host/time/now
        global.get $assembly/host/slots/slots
        global.get $assembly/host/slots/slotMask
        local.get $3
        i32.load
        i32.const 16
        i32.shr_u
        i32.and
        i32.const 48
        i32.mul
        i32.add
        local.tee $11
        i64.load
        i64.sub
        local.tee $6
        i64.const 2047
        i64.or
        i64.clz
        i64.sub
        local.tee $12
        i64.const 10
        i64.shl
        local.get $6
        local.get $12
        i64.shr_u
        i64.add
        i32.wrap_i64
        i32.const 3
        i32.shl
        i32.add
        local.tee $13
        local.get $13
        i64.load offset=64
        i64.const 1
        i64.add
        i64.store offset=64
        local.get $5
        local.get $6
        i64.add
        local.set $5
        local.get $0
        local.get $6
        local.get $0
        local.get $6
        i64.lt_u
        select
        local.set $0
        local.get $4
        local.get $6
        local.get $4
        local.get $6
        i64.gt_u
        select
        local.set $4
        local.get $11
        local.get $9
        i64.load
        i64.store offset=32
        local.get $11
        global.get $assembly/host/time/now
        i64.store
        local.get $9
        i32.const 8
        i32.add
        local.set $9
        local.get $3
        i32.const -64
        i32.sub
        local.tee $3
        local.get $1
        i32.ne
        br_if $do-loop|3
       end
       local.get $1
       local.get $7
       i32.eq
       br_if $for-break2
       local.get $7
       local.tee $1
       global.get $assembly/host/queue/sq
       local.tee $3
       i32.ne
       br_if $for-loop|2
      end
     end
     local.get $10
     local.get $5
     i64.store offset=16
     local.get $10
     local.get $0
     i64.store
     local.get $10
     local.get $4
     i64.store offset=8
    else
     local.get $2
     local.set $1
     loop $for-loop|4
      local.get $1
      global.get $assembly/host/queue/sqTail
      i32.ne
      if
       global.get $assembly/host/loop/readHistogram
       global.get $assembly/host/loop/writeHistogram
       global.get $assembly/host/slots/slots
       global.get $assembly/host/slots/slotMask
       local.get $1
       i32.load
       i32.const 16
       i32.shr_u
       i32.and
       i32.const 48
       i32.mul
       i32.add
       local.tee $3
       i32.load8_u offset=32
       i32.const 2
       i32.eq
       select
       local.tee $7
       i64.const 53
       global.get $assembly/host/time/now
       local.get $3
       i64.load
       i64.sub
       local.tee $0
       i64.const 2047
       i64.or
       i64.clz
       i64.sub
       local.tee $4
       i64.const 10
       i64.shl
       local.get $0
       local.get $4
       i64.shr_u
       i64.add
       i32.wrap_i64
       i32.const 3
       i32.shl
       i32.add
       local.tee $9
       local.get $9
       i64.load offset=64
       i64.const 1
       i64.add
       i64.store offset=64
       local.get $7
       local.get $7
       i64.load offset=16
       local.get $0
       i64.add
       i64.store offset=16
       local.get $0
       local.get $7
       i64.load
       i64.lt_u
       if
        local.get $7
        local.get $0
        i64.store
       end
       local.get $0
       local.get $7
       i64.load offset=8
       i64.gt_u
       if
        local.get $7
        local.get $0
        i64.store offset=8
       end
       local.get $3
       global.get $assembly/host/ahead/table
       local.get $1
       i32.const 3
       i32.shr_u
       i32.add
       i64.load
       i64.store offset=32
       local.get $3
       global.get $assembly/host/time/now
       i64.store
       global.get $assembly/host/queue/sq
       local.get $1
       i32.const -64
       i32.sub
       local.tee $1
       local.get $1
       global.get $assembly/host/queue/sqEnd
       i32.eq
       select
       local.set $1
       br $for-loop|4
      end
     end
    end
    global.get $assembly/host/pattern/blocks
    i64.const 32
    i64.shr_u
    i64.const 1
    global.get $assembly/host/pattern/isRandom
    select
    i64.eqz
    if
     global.get $assembly/host/pattern/state
     local.set $0
     global.get $assembly/host/queue/sqTail
     local.tee $7
     global.get $assembly/host/queue/sqEnd
     local.get $2
     local.get $7
     i32.lt_u
     select
     local.set $1
     loop $for-loop|5
      block $for-break5
       global.get $assembly/host/ahead/table
       local.get $2
       i32.const 3
       i32.shr_u
       i32.add
       local.set $3
       global.get $assembly/host/ahead/table
       local.get $1
       i32.const 3
       i32.shr_u
       i32.add
       local.set $2
       loop $do-loop|6
        local.get $3
        global.get $assembly/host/pattern/firstLba
        global.get $assembly/host/pattern/lbasPerBlock
        global.get $assembly/host/pattern/blocks
        local.get $0
        i64.const 7046029254386353131
        i64.sub
        local.tee $0
        local.get $0
        i64.const 30
        i64.shr_u
        i64.xor
        i64.const -4658895280553007687
        i64.mul
        local.tee $4
        local.get $4
        i64.const 27
        i64.shr_u
        i64.xor
        i64.const -7723592293110705685
        i64.mul
        local.tee $4
        local.get $4
        i64.const 31
        i64.shr_u
        i64.xor
        local.tee $4
        i64.const 32
        i64.shr_u
        i64.mul
        global.get $assembly/host/pattern/blocks
        local.get $4
        i64.const 4294967295
        i64.and
        i64.mul
        i64.const 32
        i64.shr_u
        i64.add
        i64.const 32
        i64.shr_u
        i64.mul
        i64.add
        i64.const 8
        i64.shl
        i64.const 2
        i64.const 1
        global.get $assembly/host/pattern/readShare
        local.get $4
        i32.wrap_i64
        i32.const 65535
        i32.and
        i32.gt_u
        select
        i64.or
        i64.store
        local.get $2
        local.get $3
        i32.const 8
        i32.add
        local.tee $3
        i32.ne
        br_if $do-loop|6
       end
       local.get $1
       local.get $7
       i32.eq
       br_if $for-break5
       local.get $7
       local.tee $1
       global.get $assembly/host/queue/sq
       local.tee $2
       i32.ne
       br_if $for-loop|5
      end
     end
     local.get $0
     global.set $assembly/host/pattern/state
    else
     local.get $2
     call $assembly/host/ahead/drawEach
    end
   end
   global.get $assembly/host/loop/completed
   local.get $8
   i64.extend_i32_u
   i64.add
   global.set $assembly/host/loop/completed
  end
  local.get $8
 )
